from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, delete, func, select

from gateway.model.tenant import Tenant
from gateway.store.dialect import insert_into
from gateway.store.tables import tags


def tags_of(connection: Connection, tenant: Tenant, arns: Sequence[str]) -> dict[str, dict[str, str]]:
    """The tags of each ARN, sorted by key; an ARN without tags has an empty dict."""
    found: dict[str, dict[str, str]] = {arn: {} for arn in arns}
    statement = select(tags.c.arn, tags.c.key, tags.c.value).where(*_owned(tenant), tags.c.arn.in_(arns))
    for arn, key, value in connection.execute(statement.order_by(tags.c.arn, tags.c.key)):
        found[arn][key] = value
    return found


def put_tags(connection: Connection, tenant: Tenant, arn: str, new: Mapping[str, str]) -> int:
    """Add or replace tags; return how many the ARN has then, so that a caller can roll back beyond a limit."""
    if new:
        rows = [
            {"account": tenant.account, "region": tenant.region, "arn": arn, "key": key, "value": value}
            for key, value in new.items()
        ]
        insert = insert_into(connection, tags)
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=["account", "region", "arn", "key"], set_={"value": insert.excluded.value}
            ),
            rows,
        )
    return connection.execute(select(func.count()).where(*_owned(tenant), tags.c.arn == arn)).scalar_one()


def delete_tags(connection: Connection, tenant: Tenant, arn: str, keys: Sequence[str] | None = None) -> None:
    """Delete these keys, or all where None."""
    statement = delete(tags).where(*_owned(tenant), tags.c.arn == arn)
    connection.execute(statement if keys is None else statement.where(tags.c.key.in_(keys)))


def _owned(tenant: Tenant) -> tuple[ColumnElement[bool], ...]:
    return tags.c.account == tenant.account, tags.c.region == tenant.region
