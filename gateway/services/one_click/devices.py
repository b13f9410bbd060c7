from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from gateway.model.filter import DeviceFilter
from gateway.model.query import Cut, ListQuery, Position
from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.services.context import ServiceContext
from gateway.services.embedded import Params
from gateway.services.one_click import errors
from gateway.services.one_click.model_values import device_of
from gateway.services.one_click.paging import open_token, seal_token
from gateway.store import changes
from gateway.store.changes import Change, ChangeKind
from gateway.store.one_click_devices import ClaimedDevice, claimed_devices, set_enabled
from gateway.store.one_click_lists import DevicePage, DeviceQuery, count_devices, query_devices
from gateway.store.times import milliseconds
from gateway.wire.errors import ServiceError

DEFAULT_PAGE = 100


async def describe_device(context: ServiceContext, tenant: Tenant, params: Params) -> dict[str, Any]:
    (answer,) = await describe_devices(context, tenant, [params])
    if isinstance(answer, ServiceError):
        raise answer
    return answer


async def describe_devices(
    context: ServiceContext, tenant: Tenant, params: Sequence[Params]
) -> list[dict[str, Any] | ServiceError]:
    device_ids = [one["DeviceId"] for one in params]

    found = await context.database.read(lambda connection: claimed_devices(connection, tenant, device_ids))
    return [
        {"DeviceDescription": _description(found[device_id])}
        if device_id in found
        else errors.device_not_found(device_id)
        for device_id in device_ids
    ]


async def list_devices(context: ServiceContext, tenant: Tenant, params: Params) -> dict[str, Any]:
    """By device id; what is claimed or released between two pages moves no other device."""
    device_type, limit = params.get("DeviceType"), params.get("MaxResults") or DEFAULT_PAGE
    purpose = ["ListDevices", tenant.account, tenant.region, device_type]
    left_off = open_token(context, purpose, params.get("NextToken"))
    low = None if left_off is None else Cut(Position((), (left_off[0],)), after=True)
    wanted = DeviceFilter(types=None if device_type is None else (device_type,))
    page = await _page(context, tenant, ListQuery(wanted, (), low, None, backwards=False, limit=limit))
    answer: dict[str, Any] = {"Devices": [_description(device) for device in page.devices]}
    if page.more:
        answer["NextToken"] = seal_token(context, purpose, list(page.positions[-1].key))
    return answer


async def update_device_state(context: ServiceContext, tenant: Tenant, params: Params) -> dict[str, Any]:
    device_id, enabled = params["DeviceId"], params.get("Enabled")
    if enabled is None:
        raise errors.invalid_request("Enabled must be true or false")
    now = milliseconds(context.clock())

    def update(connection: Connection) -> None:
        if not set_enabled(connection, tenant, device_id, enabled=enabled):
            raise errors.device_not_found(device_id)
        changes.log(connection, now, [Change(tenant, DeviceService.ONE_CLICK, device_id, ChangeKind.CHANGED)])

    await context.database.write(update)
    return {}


async def query(context: ServiceContext, tenant: Tenant, params: Params) -> dict[str, Any]:
    """Beyond the wire, any filter, order and direction: {"Query", "Source"} → {"Devices", "Positions", "More"}."""
    page, source = await _page(context, tenant, params["Query"]), params["Source"]
    devices = [device_of(source, device) for device in page.devices]
    return {"Devices": devices, "Positions": page.positions, "More": page.more}


async def described_page(context: ServiceContext, tenant: Tenant, asked: DeviceQuery) -> dict[str, Any]:
    """As `query`, with the devices as DescribeDevice tells them."""
    page = await _page(context, tenant, asked)
    devices = [_description(device) for device in page.devices]
    return {"Devices": devices, "Positions": page.positions, "More": page.more}


async def count(context: ServiceContext, tenant: Tenant, params: Params) -> dict[str, Any]:
    """Beyond the wire."""
    wanted = params["Filter"]
    return {"Count": await context.database.scan(lambda connection: count_devices(connection, tenant, wanted))}


async def _page(context: ServiceContext, tenant: Tenant, asked: DeviceQuery) -> DevicePage:
    # Whatever filters may have to look at every device before it finds enough.
    run = context.database.read if asked.filter == DeviceFilter() else context.database.scan
    return await run(lambda connection: query_devices(connection, tenant, asked))


def _description(device: ClaimedDevice) -> dict[str, Any]:
    return {
        "Arn": device.arn,
        "Attributes": dict(device.attributes),
        "DeviceId": device.device_id,
        "Enabled": device.enabled,
        "RemainingLife": device.remaining_life,
        "Type": device.type,
        "Tags": dict(device.tags),
    }
