"""Tags of what can have them in Alexa for Business: devices, rooms and users."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Select, Table, and_, select, union_all

from gateway.model.tenant import Tenant
from gateway.store.owned import is_key, key_parameters, owned, owner_parameters
from gateway.store.tables import alexa_devices, rooms, tags, users
from gateway.store.text import is_storable

TAGGED = (alexa_devices, rooms, users)


def tags_of_resources(connection: Connection, tenant: Tenant, arns: Sequence[str]) -> dict[str, dict[str, str]]:
    """The tags of each ARN that the tenant has, sorted by key, in one statement."""
    found: dict[str, dict[str, str]] = {}
    parameters = key_parameters(arns)
    if not parameters:
        return found
    rows = connection.execute(_tags_of(len(parameters)), owner_parameters(tenant) | parameters).all()
    for arn, key, value in sorted(rows, key=lambda row: row[1] or ""):
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


@lru_cache
def _tags_of(size: int) -> CompoundSelect[*tuple[Any, ...]]:
    return union_all(*(_tags_in(table, size) for table in TAGGED))


def _tags_in(table: Table, size: int) -> Select[*tuple[Any, ...]]:
    of_resource = and_(tags.c.account == table.c.account, tags.c.region == table.c.region, tags.c.arn == table.c.arn)
    statement = select(table.c.arn, tags.c.key, tags.c.value).select_from(table.outerjoin(tags, of_resource))
    return statement.where(owned(table), is_key(table.c.arn, size))
