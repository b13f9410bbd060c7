from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.services.context import ServiceContext
from gateway.services.embedded import Params
from gateway.services.one_click import errors
from gateway.store import changes
from gateway.store.changes import Change, ChangeKind
from gateway.store.one_click_devices import device_id_of, set_name
from gateway.store.one_click_tags import tags_of_devices
from gateway.store.tags import delete_tags, put_tags
from gateway.store.times import milliseconds
from gateway.wire.errors import ServiceError

MAX_TAGS = 50
MAX_KEY = 128
MAX_VALUE = 256


async def list_tags_for_resource(context: ServiceContext, tenant: Tenant, params: Params) -> dict[str, Any]:
    (answer,) = await list_tags_for_resources(context, tenant, [params])
    if isinstance(answer, ServiceError):
        raise answer
    return answer


async def list_tags_for_resources(
    context: ServiceContext, tenant: Tenant, params: Sequence[Params]
) -> list[dict[str, Any] | ServiceError]:
    arns = [one["ResourceArn"] for one in params]
    found = await context.database.read(lambda connection: tags_of_devices(connection, tenant, arns))
    return [{"Tags": found[arn]} if arn in found else errors.resource_not_found(arn) for arn in arns]


async def tag_resource(context: ServiceContext, tenant: Tenant, params: Params) -> dict[str, Any]:
    """Add or replace tags, all of them or none."""
    tags: Mapping[str, str] = params["Tags"]
    check_tags(tags)

    def put(connection: Connection, device_id: str, arn: str) -> None:
        put_device_tags(connection, tenant, device_id, arn, tags)

    return await _change_tags(context, tenant, params["ResourceArn"], put)


async def untag_resource(context: ServiceContext, tenant: Tenant, params: Params) -> dict[str, Any]:
    """Remove the tags of these keys; a key that the device does not have is nothing to refuse."""
    keys = params["TagKeys"]

    def remove(connection: Connection, device_id: str, arn: str) -> None:
        delete_tags(connection, tenant, arn, keys)
        if "Name" in keys:
            set_name(connection, tenant, device_id, device_id)

    return await _change_tags(context, tenant, params["ResourceArn"], remove)


def check_tags(tags: Mapping[str, str]) -> None:
    """Refuse keys and values that are too long; how many a device may have is checked where they are stored."""
    for key, value in tags.items():
        if not 1 <= len(key) <= MAX_KEY:
            raise errors.invalid_request(f"A tag key has 1 to {MAX_KEY} characters; {key[:MAX_KEY]!r} has {len(key)}")
        if len(value) > MAX_VALUE:
            message = f"A tag value has at most {MAX_VALUE} characters; the value of {key!r} has {len(value)}"
            raise errors.invalid_request(message)


def put_device_tags(connection: Connection, tenant: Tenant, device_id: str, arn: str, tags: Mapping[str, str]) -> None:
    if put_tags(connection, tenant, arn, tags) > MAX_TAGS:
        raise errors.invalid_request(f"A device has at most {MAX_TAGS} tags")
    if "Name" in tags:
        set_name(connection, tenant, device_id, tags["Name"] or device_id)


async def _change_tags(
    context: ServiceContext, tenant: Tenant, arn: str, change: Callable[[Connection, str, str], None]
) -> dict[str, Any]:
    now = milliseconds(context.clock())

    def write(connection: Connection) -> None:
        # The lock keeps two that tag the same device from passing the limit together, and its owner from letting go.
        device_id = device_id_of(connection, tenant, arn, lock=True)
        if device_id is None:
            raise errors.resource_not_found(arn)
        change(connection, device_id, arn)
        changes.log(connection, now, [Change(tenant, DeviceService.ONE_CLICK, device_id, ChangeKind.CHANGED)])

    await context.database.write(write)
    return {}
