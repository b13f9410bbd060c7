"""The claimed devices of one tenant as filtered, sorted, paged lists."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlalchemy import ColumnElement, Connection, and_, exists, false, func, select

from gateway.model.filter import DeviceFilter, TagFilter
from gateway.model.order import DeviceOrder, DeviceOrderField
from gateway.model.query import Cut, ListQuery, Position
from gateway.model.tenant import Tenant
from gateway.store.conditions import has_part, is_one_of
from gateway.store.one_click_devices import LISTED, ClaimedDevice, claimed_device, owned_by
from gateway.store.one_click_tags import tags_beside_devices
from gateway.store.ranges import Window, read_page
from gateway.store.sort_columns import SortColumn
from gateway.store.tables import one_click_devices as devices
from gateway.store.tables import tags

DeviceQuery: TypeAlias = ListQuery[DeviceFilter, DeviceOrder]

SORTED_BY: dict[DeviceOrderField, ColumnElement[str]] = {
    DeviceOrderField.NAME: devices.c.name_key,
    DeviceOrderField.TYPE: devices.c.type,
}
"""What a 1-Click device has of the fields of an order; in every other field all of them are null, and equal."""


@dataclass(frozen=True, slots=True)
class DevicePage:
    """`positions` stand beside `devices`, one for each; `more` tells of further devices in the direction of reading."""

    devices: list[ClaimedDevice]
    positions: list[Position]
    more: bool


def query_devices(connection: Connection, tenant: Tenant, query: DeviceQuery) -> DevicePage:
    criteria = [
        SortColumn(SORTED_BY[order.field], order.descending) for order in query.order if order.field in SORTED_BY
    ]
    statement = select(*LISTED).where(*owned_by(tenant), _matches(connection, tenant, query.filter))
    window = Window(_known(query, query.low), _known(query, query.high), query.backwards, query.limit)
    page = read_page(connection, statement, criteria, [SortColumn(devices.c.device_id)], window)
    found = [claimed_device(row) for row in page.rows]
    return DevicePage(found, [_position(query, device) for device in found], page.more)


def count_devices(connection: Connection, tenant: Tenant, wanted: DeviceFilter) -> int:
    statement = select(func.count()).select_from(devices)
    return connection.execute(statement.where(*owned_by(tenant), _matches(connection, tenant, wanted))).scalar_one()


def _known(query: DeviceQuery, cut: Cut | None) -> Cut | None:
    """The cut without its values of fields that these devices do not have."""
    if cut is None:
        return None
    values = zip(query.order, cut.position.values, strict=True)
    kept = tuple(value for order, value in values if order.field in SORTED_BY)
    return replace(cut, position=Position(kept, cut.position.key))


def _position(query: DeviceQuery, device: ClaimedDevice) -> Position:
    fields = {DeviceOrderField.NAME: device.name_key, DeviceOrderField.TYPE: device.type}
    return Position(tuple(fields.get(order.field) for order in query.order), (device.device_id,))


def _matches(connection: Connection, tenant: Tenant, wanted: DeviceFilter) -> ColumnElement[bool]:
    """As DeviceFilter.matches_one_click, in SQL."""
    if not wanted.one_click_possible:
        return false()
    conditions = [_has_tag(tenant, tag) for tag in wanted.tags]
    if wanted.types is not None:
        conditions.append(is_one_of(devices.c.type, wanted.types))
    if wanted.enabled is not None:
        conditions.append(devices.c.enabled == wanted.enabled)
    if wanted.name_contains is not None:
        conditions.append(has_part(connection, devices.c.name_key, wanted.name_contains))
    return and_(True, *conditions)


def _has_tag(tenant: Tenant, wanted: TagFilter) -> ColumnElement[bool]:
    conditions = [*tags_beside_devices(tenant), is_one_of(tags.c.key, [wanted.key])]
    if wanted.values is not None:
        conditions.append(is_one_of(tags.c.value, wanted.values))
    return exists().where(*conditions)
