"""What is older than it is kept for is deleted, a little at a time, so that nobody else waits long for a write."""

from sqlalchemy import Column, Connection, Table, delete, select, tuple_

from gateway.store.database import Database
from gateway.store.tables import changes, events

BATCH = 1_000


async def delete_events_before(database: Database, before: int, *, batch: int = BATCH) -> int:
    """Delete the events before a time in milliseconds; return how many there were."""
    return await _delete_before(database, events, events.c.time, before, batch)


async def delete_changes_before(database: Database, before: int, *, batch: int = BATCH) -> int:
    """Delete what was logged before a time in milliseconds; return how many rows there were."""
    return await _delete_before(database, changes, changes.c.time, before, batch)


async def _delete_before(database: Database, table: Table, column: Column[int], before: int, batch: int) -> int:
    key = tuple_(*table.primary_key.columns)
    oldest = select(*table.primary_key.columns).where(column < before).order_by(column).limit(batch)

    def write(connection: Connection) -> int:
        return connection.execute(delete(table).where(key.in_(oldest))).rowcount

    deleted = 0
    while rows := await database.write(write):
        deleted += rows
    return deleted
