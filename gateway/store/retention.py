"""What is older than it is kept for is deleted, a little at a time, so that nobody else waits long for a write."""

from collections.abc import Callable

from sqlalchemy import Connection, delete, select, tuple_

from gateway.store.changes import prune_changes
from gateway.store.database import Database
from gateway.store.tables import client_requests, events

BATCH = 1_000


async def delete_events_before(database: Database, before: int, *, batch: int = BATCH) -> int:
    """Delete the events before a time in milliseconds; return how many there were."""
    key = tuple_(*events.primary_key.columns)
    oldest = select(*events.primary_key.columns).where(events.c.time < before).order_by(events.c.time).limit(batch)
    return await _repeated(
        database, lambda connection: connection.execute(delete(events).where(key.in_(oldest))).rowcount
    )


async def delete_changes_before(database: Database, before: int, *, batch: int = BATCH) -> int:
    """Delete what was logged before a time in milliseconds; return how many rows there were."""
    return await _repeated(database, lambda connection: prune_changes(connection, before, batch))


async def delete_client_requests_before(database: Database, before: int) -> int:
    """Delete what tokens of clients stood for before a time in milliseconds; return how many there were."""
    old = delete(client_requests).where(client_requests.c.created_at <= before)
    return await database.write(lambda connection: connection.execute(old).rowcount)


async def _repeated(database: Database, write: Callable[[Connection], int]) -> int:
    deleted = 0
    while rows := await database.write(write):
        deleted += rows
    return deleted
