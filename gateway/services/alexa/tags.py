"""Tags of devices, rooms and users."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from gateway.model.tenant import Tenant
from gateway.services.alexa.errors import invalid, limit_exceeded, not_found
from gateway.services.alexa.page_tokens import next_token, opened_token, page_size
from gateway.services.context import ServiceContext
from gateway.store.alexa_devices import log_devices
from gateway.store.alexa_tags import lock_resource, tags_of_resources
from gateway.store.changes import ChangeKind
from gateway.store.tables import alexa_devices
from gateway.store.tags import delete_tags, put_tags
from gateway.store.times import milliseconds
from gateway.wire.errors import ServiceError

MAX_TAGS = 50


async def list_tags(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Sorted by key."""
    place = await opened_token(context, tenant, "ListTags", params)
    arn = params["Arn"]
    found = await context.database.read(lambda connection: tags_of_resources(connection, tenant, [arn]))
    return await _page(context, tenant, params, found.get(arn), "" if place is None else place[0])


async def list_tags_of_many(
    context: ServiceContext, tenant: Tenant, params: Sequence[Mapping[str, Any]]
) -> Sequence[Mapping[str, Any] | ServiceError]:
    """First pages only: the tags of a resource are never more than fit into one."""
    arns = [one["Arn"] for one in params]
    found = await context.database.read(lambda connection: tags_of_resources(connection, tenant, arns))
    return [{"Tags": _shape(found[arn])} if arn in found else not_found("resource") for arn in arns]


async def tag_resource(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """All of the tags or none; a key that is there gets the new value."""
    arn, now = params["Arn"], milliseconds(context.clock())

    def tag(connection: Connection) -> None:
        table = lock_resource(connection, tenant, arn)
        if table is None:
            raise not_found("resource")
        add_tags(connection, tenant, arn, params["Tags"])
        if table is alexa_devices:
            log_devices(connection, tenant, ChangeKind.CHANGED, [arn], now)

    await context.database.write(tag)
    return {}


async def untag_resource(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """A key that is not there stays so."""
    arn, now = params["Arn"], milliseconds(context.clock())

    def untag(connection: Connection) -> None:
        table = lock_resource(connection, tenant, arn)
        if table is None:
            raise not_found("resource")
        delete_tags(connection, tenant, arn, params["TagKeys"])
        if table is alexa_devices:
            log_devices(connection, tenant, ChangeKind.CHANGED, [arn], now)

    await context.database.write(untag)
    return {}


def add_tags(connection: Connection, tenant: Tenant, arn: str, tags: Sequence[Mapping[str, str]]) -> None:
    """Tag a resource that this transaction has locked or made; raise LimitExceededException beyond 50."""
    new = {tag["Key"]: tag["Value"] for tag in tags}
    if len(new) < len(tags):
        raise invalid("A tag key is given twice.")
    if put_tags(connection, tenant, arn, new) > MAX_TAGS:
        raise limit_exceeded(f"A resource has {MAX_TAGS} tags at most.")


async def _page(
    context: ServiceContext, tenant: Tenant, params: Mapping[str, Any], tags: Mapping[str, str] | None, after: str
) -> Mapping[str, Any]:
    if tags is None:
        raise not_found("resource")
    left = {key: value for key, value in tags.items() if key > after}
    page = dict(list(left.items())[: page_size(params)])
    if len(page) == len(left):
        return {"Tags": _shape(page)}
    return {"Tags": _shape(page), "NextToken": await next_token(context, tenant, "ListTags", params, [max(page)])}


def _shape(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
