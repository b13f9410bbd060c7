"""The claimed devices of one tenant as filtered, sorted, paged lists."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlalchemy import ColumnElement, Connection, and_, exists, false, func, select

from gateway.model.filter import DeviceFilter, TagFilter
from gateway.model.order import DeviceOrder, DeviceOrderField
from gateway.model.query import Cut, ListQuery, Position
from gateway.model.tenant import Tenant
from gateway.model.text import name_key
from gateway.store.dialect import contains
from gateway.store.events import EventRange, StoredEvent, in_order, select_events
from gateway.store.keyset import SortColumn
from gateway.store.one_click_devices import LISTED, ClaimedDevice, claimed_device, owned_by
from gateway.store.ranges import Window, read_page
from gateway.store.tables import one_click_devices as devices
from gateway.store.tables import tags
from gateway.store.text import is_storable

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


@dataclass(frozen=True, slots=True)
class DeviceEvents:
    device_type: str
    events: list[StoredEvent]


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


def tags_of_devices(connection: Connection, tenant: Tenant, arns: Sequence[str]) -> dict[str, dict[str, str]]:
    """The tags of each ARN that stands for a device of the tenant, sorted by key, in one statement."""
    beside = and_(*_of_device(tenant))
    statement = select(devices.c.arn, tags.c.key, tags.c.value).outerjoin_from(devices, tags, beside)
    asked = devices.c.arn.in_([*filter(is_storable, arns)])
    found: dict[str, dict[str, str]] = {}
    for arn, key, value in connection.execute(statement.where(*owned_by(tenant), asked).order_by(tags.c.key)):
        device_tags = found.setdefault(arn, {})
        if key is not None:
            device_tags[key] = value
    return found


def events_of_devices(
    connection: Connection, tenant: Tenant, ranges: Sequence[EventRange]
) -> list[DeviceEvents | None]:
    """The events of each range, in one statement; None where the tenant has no such device."""
    selected = select_events(tenant, ranges).subquery()
    statement = select(devices.c.device_id, devices.c.type.label("device_type"), selected).outerjoin_from(
        devices, selected, selected.c.device == devices.c.device_id
    )
    asked = devices.c.device_id.in_({part.device for part in ranges})
    rows = connection.execute(statement.where(*owned_by(tenant), asked)).all()
    types = {row.device_id: row.device_type for row in rows}
    found = in_order(ranges, (row for row in rows if row.number is not None))
    return [
        DeviceEvents(types[part.device], events) if part.device in types else None
        for part, events in zip(ranges, found, strict=True)
    ]


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
        conditions.append(devices.c.type.in_([*filter(is_storable, wanted.types)]))
    if wanted.enabled is not None:
        conditions.append(devices.c.enabled == wanted.enabled)
    if wanted.name_contains is not None:
        part = name_key(wanted.name_contains)
        conditions.append(contains(connection, devices.c.name_key, part) if is_storable(part) else false())
    return and_(True, *conditions)


def _has_tag(tenant: Tenant, wanted: TagFilter) -> ColumnElement[bool]:
    if not is_storable(wanted.key):
        return false()
    conditions = [*_of_device(tenant), tags.c.key == wanted.key]
    if wanted.values is not None:
        conditions.append(tags.c.value.in_([*filter(is_storable, wanted.values)]))
    return exists().where(*conditions)


def _of_device(tenant: Tenant) -> tuple[ColumnElement[bool], ...]:
    return tags.c.account == tenant.account, tags.c.region == tenant.region, tags.c.arn == devices.c.arn
