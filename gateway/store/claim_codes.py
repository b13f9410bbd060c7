from sqlalchemy import Connection, select, update

from gateway.store.dialect import insert_or_ignore
from gateway.store.tables import claim_codes
from gateway.store.text import is_storable


def add_claim_code(connection: Connection, code: str, now: int) -> bool:
    """Put a code on the market; return False, and change nothing, where it is known already."""
    statement = insert_or_ignore(connection, claim_codes).values(code=code, created_at=now)
    return connection.execute(statement).rowcount == 1


def use_claim_code(connection: Connection, code: str, now: int) -> bool:
    """Use a code up; return False where it is unknown or was used before. Of two who try at once one wins."""
    if not is_storable(code):
        return False
    statement = update(claim_codes).where(claim_codes.c.code == code, claim_codes.c.used_at.is_(None))
    return connection.execute(statement.values(used_at=now)).rowcount == 1


def unused_claim_codes(connection: Connection) -> list[str]:
    """The codes that still claim something, sorted."""
    statement = select(claim_codes.c.code).where(claim_codes.c.used_at.is_(None)).order_by(claim_codes.c.code)
    return list(connection.execute(statement).scalars())
