"""Tags of what can have them in Alexa for Business: devices, rooms and users."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, and_, select, union_all

from gateway.model.tenant import Tenant
from gateway.store.conditions import is_one_of
from gateway.store.tables import alexa_devices, rooms, tags, users
from gateway.store.text import is_storable

TAGGED = (alexa_devices, rooms, users)


def tags_of_resources(connection: Connection, tenant: Tenant, arns: Sequence[str]) -> dict[str, dict[str, str]]:
    """The tags of each ARN that the tenant has, sorted by key, in one statement."""
    found: dict[str, dict[str, str]] = {}
    rows = connection.execute(union_all(*(_tags_in(table, tenant, arns) for table in TAGGED))).all()
    for arn, key, value in sorted(rows, key=lambda row: row.key or ""):
        resource_tags = found.setdefault(arn, {})
        if key is not None:
            resource_tags[key] = value
    return found


def lock_resource(connection: Connection, tenant: Tenant, arn: str) -> Table | None:
    """The table that has the tenant's resource, which nobody else can change until this transaction ends."""
    if not is_storable(arn):
        return None
    for table in TAGGED:
        owned = (table.c.account == tenant.account, table.c.region == tenant.region)
        statement = select(table.c.arn).where(*owned, table.c.arn == arn).with_for_update()
        if connection.execute(statement).first() is not None:
            return table
    return None


def _tags_in(table: Table, tenant: Tenant, arns: Sequence[str]) -> Select[*tuple[Any, ...]]:
    of_resource = and_(tags.c.account == table.c.account, tags.c.region == table.c.region, tags.c.arn == table.c.arn)
    statement = select(table.c.arn, tags.c.key, tags.c.value).select_from(table.outerjoin(tags, of_resource))
    return statement.where(
        table.c.account == tenant.account, table.c.region == tenant.region, is_one_of(table.c.arn, arns)
    )
