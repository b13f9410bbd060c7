"""The Alexa devices of one tenant as filtered, sorted, paged lists."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, bindparam, exists, false, func, select

from gateway.model.device import AlexaDeviceStatus, ConnectionStatus
from gateway.model.filter import DeviceFilter, TagFilter
from gateway.model.order import DeviceOrderField
from gateway.model.tenant import Tenant
from gateway.store.alexa_devices import OWNED, StoredAlexaDevice, owned_by, stored_device
from gateway.store.conditions import has_part, is_one_of, is_one_of_keys, is_word
from gateway.store.kept import kept_rows
from gateway.store.owned import STATEMENTS_KEPT, is_key, key_parameters, owner_parameters
from gateway.store.ranges import Page, Window, read_page
from gateway.store.sort_columns import SortColumn, order_by
from gateway.store.tables import alexa_devices as devices
from gateway.store.tables import alexa_status_details as details
from gateway.store.tables import tags
from gateway.store.text import is_storable

KEY = (SortColumn(devices.c.serial_number), SortColumn(devices.c.type), SortColumn(devices.c.arn))
"""What breaks ties, and is the order where none is asked for."""

SORTED_BY: Mapping[DeviceOrderField, SortColumn] = {
    DeviceOrderField.NAME: SortColumn(devices.c.name_key),
    DeviceOrderField.TYPE: SortColumn(devices.c.type),
    DeviceOrderField.SERIAL_NUMBER: SortColumn(devices.c.serial_number),
    DeviceOrderField.STATUS: SortColumn(devices.c.status, nullable=True),
    DeviceOrderField.CONNECTION_STATUS: SortColumn(devices.c.connection_status, nullable=True),
    DeviceOrderField.ROOM_NAME: SortColumn(devices.c.room_name_key, nullable=True),
}

_OF_DEVICE = (
    details.c.account == devices.c.account,
    details.c.region == devices.c.region,
    details.c.arn == devices.c.arn,
)


def first_detail(column: ColumnElement[str]) -> ColumnElement[str]:
    """A column of the first status detail that a device has."""
    statement = select(column).where(*_OF_DEVICE, details.c.position == 0)
    return statement.correlate(devices).scalar_subquery()


def has_detail(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(*_OF_DEVICE, condition).correlate(devices)


def list_devices(
    connection: Connection,
    tenant: Tenant,
    where: Sequence[ColumnElement[bool]],
    criteria: Sequence[SortColumn],
    window: Window,
    *,
    key: Sequence[SortColumn] = KEY,
) -> Page:
    """A page of devices; `gateway.store.alexa_devices.stored_device` reads a row."""
    return read_page(connection, OWNED, owner_parameters(tenant), where, criteria, key, window)


def devices_of_rooms(
    connection: Connection, tenant: Tenant, room_arns: Sequence[str], limit: int, *, backwards: bool
) -> dict[str, list[StoredAlexaDevice]]:
    """By ARN of a room, the first so many of the devices in it, sorted by the key; backwards the last, last first.

    One statement, which reads all that is in those rooms: a room has few devices.
    """
    parameters = key_parameters(room_arns)
    found: dict[str, list[StoredAlexaDevice]] = {}
    if not parameters:
        return found
    statement = _of_rooms(len(parameters), backwards=backwards)
    for row in kept_rows(connection, statement, {**owner_parameters(tenant), **parameters, "limit": limit}):
        device = stored_device(row)
        found.setdefault(str(device.room_arn), []).append(device)
    return found


@lru_cache(maxsize=STATEMENTS_KEPT)
def _of_rooms(size: int, *, backwards: bool) -> Select[*tuple[Any, ...]]:
    place = func.row_number().over(partition_by=devices.c.room_arn, order_by=order_by(KEY, backwards=backwards))
    placed = OWNED.where(is_key(devices.c.room_arn, size)).add_columns(place.label("place")).subquery()
    return select(placed).where(placed.c.place <= bindparam("limit", type_=Integer())).order_by(placed.c.place)


def count_devices(connection: Connection, tenant: Tenant, where: Sequence[ColumnElement[bool]]) -> int:
    statement = select(func.count()).select_from(devices).where(*owned_by(tenant), *where)
    return connection.execute(statement).scalar_one()


def device_conditions(connection: Connection, wanted: DeviceFilter) -> list[ColumnElement[bool]]:
    """What DeviceFilter.matches_alexa and matches_tags mean."""
    if not wanted.alexa_possible:
        return [false()]
    conditions = [*_status_conditions(wanted), *_place_conditions(wanted)]
    conditions += [_has_tag(tag) for tag in wanted.tags]
    if wanted.types is not None:
        conditions.append(is_one_of(devices.c.type, wanted.types))
    if wanted.name_contains is not None:
        conditions.append(has_part(connection, devices.c.name_key, wanted.name_contains))
    return conditions


def _status_conditions(wanted: DeviceFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.connection_status is not None:
        asked = (wanted.connection_status,)
        conditions.append(is_word(devices.c.connection_status, asked, ConnectionStatus))
    if wanted.status is not None:
        conditions.append(is_word(devices.c.status, wanted.status, AlexaDeviceStatus))
    if wanted.status_details is not None:
        conditions.append(has_detail(is_one_of(details.c.code, wanted.status_details)))
    return conditions


def _place_conditions(wanted: DeviceFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.unassociated_only:
        conditions.append(devices.c.room_arn.is_(None))
    if wanted.room_arn is not None:
        conditions.append(is_one_of(devices.c.room_arn, (wanted.room_arn,)))
    if wanted.serial_numbers is not None:
        conditions.append(is_one_of(devices.c.serial_number, wanted.serial_numbers))
    if wanted.room_names is not None:
        conditions.append(is_one_of_keys(devices.c.room_name_key, wanted.room_names))
    return conditions


def _has_tag(wanted: TagFilter) -> ColumnElement[bool]:
    if not is_storable(wanted.key):
        return false()
    conditions = [
        tags.c.account == devices.c.account,
        tags.c.region == devices.c.region,
        tags.c.arn == devices.c.arn,
        tags.c.key == wanted.key,
    ]
    if wanted.values is not None:
        conditions.append(is_one_of(tags.c.value, wanted.values))
    return exists().where(*conditions).correlate(devices)
