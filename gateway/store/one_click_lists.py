"""The claimed devices of one tenant as filtered, sorted, paged lists."""

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, exists, false, func, select

from gateway.model.filter import DeviceFilter, TagFilter
from gateway.model.order import DeviceOrder, DeviceOrderField
from gateway.model.query import Cut, ListQuery, Position
from gateway.model.tenant import Tenant
from gateway.store.conditions import has_part, is_one_of
from gateway.store.one_click_devices import CLAIMED, OWN_TAGS, ClaimedDevice, claimed_device, owned_by
from gateway.store.owned import owner_parameters
from gateway.store.ranges import Window, read_page
from gateway.store.sort_columns import SortColumn
from gateway.store.tables import one_click_devices as devices
from gateway.store.tables import tags

DeviceQuery: TypeAlias = ListQuery[DeviceFilter, DeviceOrder]

SORTED_BY: dict[DeviceOrderField, ColumnElement[str]] = {
    DeviceOrderField.NAME: devices.c.name_key,
    DeviceOrderField.TYPE: devices.c.type,
}
KEY = (SortColumn(devices.c.device_id),)
"""What a 1-Click device has of the fields of an order; in every other field all of them are null, and equal."""


class DevicePage(Struct, frozen=True):
    """`positions` stand beside `devices`, one for each; `more` tells of further devices in the direction of reading."""

    devices: list[ClaimedDevice]
    positions: Sequence[Position]
    more: bool


def query_devices(connection: Connection, tenant: Tenant, query: DeviceQuery) -> DevicePage:
    criteria = [
        SortColumn(SORTED_BY[order.field], order.descending) for order in query.order if order.field in SORTED_BY
    ]
    where = _conditions(connection, query.filter)
    window = Window(_known(query, query.low), _known(query, query.high), query.backwards, query.limit)
    page = read_page(connection, CLAIMED, owner_parameters(tenant), where, criteria, KEY, window)
    positions = [_told(query, position) for position in page.positions] if query.order else page.positions
    return DevicePage([claimed_device(row) for row in page.rows], positions, page.more)


def count_devices(connection: Connection, tenant: Tenant, wanted: DeviceFilter) -> int:
    statement = select(func.count()).select_from(devices)
    return connection.execute(statement.where(*owned_by(tenant), *_conditions(connection, wanted))).scalar_one()


def _known(query: DeviceQuery, cut: Cut | None) -> Cut | None:
    """The cut without its values of fields that these devices do not have."""
    if cut is None:
        return None
    values = zip(query.order, cut.position.values, strict=True)
    kept = tuple(value for order, value in values if order.field in SORTED_BY)
    return replace(cut, position=Position(kept, cut.position.key))


def _told(query: DeviceQuery, position: Position) -> Position:
    """The position with a null for each field that these devices do not have."""
    known = iter(position.values)
    values = tuple(next(known) if order.field in SORTED_BY else None for order in query.order)
    return position._replace(values=values)


def _conditions(connection: Connection, wanted: DeviceFilter) -> list[ColumnElement[bool]]:
    """As DeviceFilter.matches_one_click, in SQL."""
    if not wanted.one_click_possible:
        return [false()]
    conditions = [_has_tag(tag) for tag in wanted.tags]
    if wanted.types is not None:
        conditions.append(is_one_of(devices.c.type, wanted.types))
    if wanted.enabled is not None:
        conditions.append(devices.c.enabled == wanted.enabled)
    if wanted.name_contains is not None:
        conditions.append(has_part(connection, devices.c.name_key, wanted.name_contains))
    return conditions


def _has_tag(wanted: TagFilter) -> ColumnElement[bool]:
    conditions = [OWN_TAGS, is_one_of(tags.c.key, [wanted.key])]
    if wanted.values is not None:
        conditions.append(is_one_of(tags.c.value, wanted.values))
    return exists().where(*conditions)
