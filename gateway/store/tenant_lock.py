from sqlalchemy import Connection, func, select

from gateway.model.tenant import Tenant


def lock_tenant(connection: Connection, tenant: Tenant, noun: str) -> None:
    """Hold back whoever else locks the noun of this tenant until this transaction ends: a count stays true meanwhile.

    SQLite has one writer at a time and needs no lock.
    """
    if connection.dialect.name == "postgresql":
        owner = f"{tenant.account}/{tenant.region}"
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(noun), func.hashtext(owner))))
