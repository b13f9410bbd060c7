"""SearchDevices, and the lists of devices beyond the wire."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection, and_, false, true

from gateway.model.filter import DeviceFilter
from gateway.model.order import DeviceOrder
from gateway.model.order import DeviceOrderField as Field
from gateway.model.query import ListQuery
from gateway.model.tenant import Tenant
from gateway.services.alexa.device_data import device_data
from gateway.services.alexa.errors import invalid
from gateway.services.alexa.model_values import device_of
from gateway.services.alexa.search import Condition, Search
from gateway.services.context import ServiceContext
from gateway.store.alexa_device_lists import (
    KEY,
    SORTED_BY,
    count_devices,
    device_conditions,
    first_detail,
    has_detail,
    list_devices,
)
from gateway.store.alexa_devices import stored_device
from gateway.store.conditions import is_one_of, is_one_of_keys
from gateway.store.ranges import Page, Window
from gateway.store.sort_columns import SortColumn
from gateway.store.tables import alexa_devices as devices
from gateway.store.tables import alexa_status_details as details


def _unassociated(values: Sequence[str]) -> Condition:
    if not set(values) <= {"true", "false"}:
        raise invalid("The values of the filter 'UnassociatedOnly' are 'true' and 'false'.")
    if "false" in values:
        return true()
    return devices.c.room_arn.is_(None) if values else false()


def _items(page: Page) -> list[dict[str, Any]]:
    return [device_data(stored_device(row)) for row in page.rows]


search_devices = Search(
    operation="SearchDevices",
    result="Devices",
    filters={
        "DeviceName": lambda names: and_(devices.c.name.is_not(None), is_one_of_keys(devices.c.name_key, names)),
        "DeviceStatus": lambda words: is_one_of(devices.c.status, words),
        "DeviceStatusDetailCode": lambda codes: has_detail(is_one_of(details.c.code, codes)),
        "RoomName": lambda names: is_one_of_keys(devices.c.room_name_key, names),
        "DeviceType": lambda types: is_one_of(devices.c.type, types),
        "DeviceSerialNumber": lambda numbers: is_one_of(devices.c.serial_number, numbers),
        "UnassociatedOnly": _unassociated,
        "ConnectionStatus": lambda words: is_one_of(devices.c.connection_status, words),
        "NetworkProfileName": lambda names: is_one_of_keys(devices.c.network_profile_name_key, names),
        "NetworkProfileArn": lambda arns: is_one_of(devices.c.network_profile_arn, arns),
        "Feature": lambda features: has_detail(is_one_of(details.c.feature, features)),
        "FailureCode": lambda codes: has_detail(is_one_of(details.c.code, codes)),
    },
    sorts={
        "DeviceName": SORTED_BY[Field.NAME],
        "DeviceStatus": SORTED_BY[Field.STATUS],
        "RoomName": SORTED_BY[Field.ROOM_NAME],
        "DeviceType": SORTED_BY[Field.TYPE],
        "DeviceSerialNumber": SORTED_BY[Field.SERIAL_NUMBER],
        "ConnectionStatus": SORTED_BY[Field.CONNECTION_STATUS],
        "NetworkProfileName": SortColumn(devices.c.network_profile_name_key, nullable=True),
        "NetworkProfileArn": SortColumn(devices.c.network_profile_arn, nullable=True),
        "Feature": SortColumn(first_detail(details.c.feature), nullable=True),
        "FailureCode": SortColumn(first_detail(details.c.code), nullable=True),
    },
    ties=KEY[:2],
    arn=KEY[2],
    page=list_devices,
    count=count_devices,
    items=_items,
)


async def query_devices(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """A page by a ListQuery: {"Query", "Source"} → {"Devices", "Positions", "More"}."""
    page, source = await _page(context, tenant, params["Query"]), params["Source"]
    found = [device_of(source, stored_device(row)) for row in page.rows]
    return {"Devices": found, "Positions": page.positions, "More": page.more}


async def found_page(
    context: ServiceContext, tenant: Tenant, query: ListQuery[DeviceFilter, DeviceOrder]
) -> Mapping[str, Any]:
    """As `query_devices`, with the devices as SearchDevices tells them."""
    page = await _page(context, tenant, query)
    return {"Devices": _items(page), "Positions": page.positions, "More": page.more}


async def count_matching_devices(
    context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]
) -> Mapping[str, Any]:
    """{"Filter": DeviceFilter} → {"Count"}."""
    wanted: DeviceFilter = params["Filter"]
    count = await context.database.scan(
        lambda connection: count_devices(connection, tenant, device_conditions(connection, wanted))
    )
    return {"Count": count}


async def _page(context: ServiceContext, tenant: Tenant, query: ListQuery[DeviceFilter, DeviceOrder]) -> Page:
    criteria = [replace(SORTED_BY[order.field], descending=order.descending) for order in query.order]
    window = Window(query.low, query.high, query.backwards, query.limit)

    def read(connection: Connection) -> Page:
        return list_devices(connection, tenant, device_conditions(connection, query.filter), criteria, window)

    run = context.database.read if _is_keyed(query.filter) else context.database.scan
    return await run(read)


def _is_keyed(wanted: DeviceFilter) -> bool:
    """Whether an index finds what is wanted; any other filter may look at many rows to find few."""
    return wanted == DeviceFilter() or wanted.room_arn is not None or wanted.serial_numbers is not None
