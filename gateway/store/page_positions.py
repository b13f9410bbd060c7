"""Where pages left off, if that is too long for a token: the token then holds a digest of it."""

import hashlib

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select

from gateway.model.tenant import Tenant
from gateway.store.dialect import insert_or_ignore
from gateway.store.tables import page_positions as positions

KEPT_MILLISECONDS = 24 * 60 * 60 * 1000


def keep_position(connection: Connection, tenant: Tenant, position: str, now: int) -> str:
    """Keep a position for a day; return its digest."""
    digest = hashlib.sha256(position.encode()).hexdigest()
    forgotten = positions.c.created_at <= now - KEPT_MILLISECONDS
    connection.execute(delete(positions).where(or_(forgotten, and_(*_owned(tenant), positions.c.digest == digest))))
    statement = insert_or_ignore(connection, positions).values(
        account=tenant.account, region=tenant.region, digest=digest, position=position, created_at=now
    )
    connection.execute(statement)
    return digest


def kept_position(connection: Connection, tenant: Tenant, digest: str) -> str | None:
    statement = select(positions.c.position).where(*_owned(tenant), positions.c.digest == digest)
    return connection.execute(statement).scalar()


def _owned(tenant: Tenant) -> tuple[ColumnElement[bool], ...]:
    return positions.c.account == tenant.account, positions.c.region == tenant.region
