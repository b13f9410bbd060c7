from sqlalchemy import Connection, delete, or_

from gateway.store.dialect import insert_into
from gateway.store.tables import leases


def take_lease(connection: Connection, name: str, holder: str, now: int, until: int) -> bool:
    """Take or prolong a lease; return False where another holder has it still. Times in milliseconds."""
    insert = insert_into(connection, leases).values(name=name, holder=holder, until=until)
    free = or_(leases.c.holder == holder, leases.c.until <= now)
    statement = insert.on_conflict_do_update(
        index_elements=["name"], set_={"holder": insert.excluded.holder, "until": insert.excluded.until}, where=free
    )
    return connection.execute(statement).rowcount == 1


def end_lease(connection: Connection, name: str, holder: str) -> None:
    connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))
