"""Devices of Alexa for Business: one at a time. Lists of them are in gateway.store.alexa_device_lists.

Times are milliseconds since 1970; `now` is when a change is logged.
"""

from collections.abc import Sequence

import orjson
from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, select, update

from gateway.model.device import AlexaDeviceStatusDetail
from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.model.text import name_key
from gateway.store.alexa_status_details import delete_status_details, insert_status_details
from gateway.store.changes import Change, ChangeKind, log
from gateway.store.dialect import JsonRows, insert_or_ignore
from gateway.store.events import delete_events
from gateway.store.kept import AnyRow
from gateway.store.owned import owned, owner_parameters, rows_by_key
from gateway.store.rooms import StoredRoom, room_by_arn
from gateway.store.tables import alexa_devices as devices
from gateway.store.tables import alexa_status_details as details
from gateway.store.tables import rooms
from gateway.store.tags import delete_tags
from gateway.store.text import is_storable


class NewAlexaDevice(Struct, frozen=True):
    """`serial_number` is never empty; `room_arn` may be of a room that is not there."""

    arn: str
    serial_number: str
    type: str
    name: str | None = None
    software_version: str | None = None
    mac_address: str | None = None
    status: str | None = "READY"
    status_details: tuple[AlexaDeviceStatusDetail, ...] = ()
    connection_status: str | None = None
    connection_status_updated_at: int | None = None
    network_profile_arn: str | None = None
    network_profile_name: str | None = None
    room_arn: str | None = None
    created_at: int | None = None


class StoredAlexaDevice(Struct, frozen=True):
    """`room_name` is None where the device is in no room, or in one that is not there."""

    status_details: tuple[AlexaDeviceStatusDetail, ...]
    arn: str
    serial_number: str
    type: str
    name: str | None
    software_version: str | None
    mac_address: str | None
    status: str | None
    connection_status: str | None
    connection_status_updated_at: int | None
    network_profile_arn: str | None
    network_profile_name: str | None
    room_arn: str | None
    room_name: str | None
    created_at: int | None


MEMBERS = len(StoredAlexaDevice.__struct_fields__)

OWNED = (
    select(
        select(JsonRows(details.c.position, details.c.code, details.c.feature))
        .where(
            details.c.account == devices.c.account, details.c.region == devices.c.region, details.c.arn == devices.c.arn
        )
        .correlate(devices)
        .scalar_subquery()
        .label("status_details"),
        devices.c.arn,
        devices.c.serial_number,
        devices.c.type,
        devices.c.name,
        devices.c.software_version,
        devices.c.mac_address,
        devices.c.status,
        devices.c.connection_status,
        devices.c.connection_status_updated_at,
        devices.c.network_profile_arn,
        devices.c.network_profile_name,
        devices.c.room_arn,
        rooms.c.name.label("room_name"),
        devices.c.created_at,
    )
    .outerjoin_from(
        devices,
        rooms,
        and_(
            rooms.c.account == devices.c.account, rooms.c.region == devices.c.region, rooms.c.arn == devices.c.room_arn
        ),
    )
    .where(owned(devices))
)
"""The devices of a tenant, each with its status details and its room's name; `stored_device` reads a row."""

_LOCKED = OWNED.where(devices.c.arn == bindparam("arn")).with_for_update(of=devices)


def add_device(connection: Connection, tenant: Tenant, device: NewAlexaDevice, now: int) -> bool:
    """Return False, and change nothing, where the tenant has a device of that ARN."""
    room = room_by_arn(connection, tenant, device.room_arn, lock=True)
    values = device_values(device, None if room is None else room.name)
    statement = insert_or_ignore(connection, devices).values(account=tenant.account, region=tenant.region, **values)
    if connection.execute(statement).rowcount == 0:
        return False
    insert_status_details(connection, tenant, device.arn, device.status_details)
    log_devices(connection, tenant, ChangeKind.ADDED, [device.arn], now)
    return True


def device_values(device: NewAlexaDevice, room_name: str | None) -> dict[str, object]:
    """The columns of a device but its owner; `room_name` is None where there is no such room."""
    profile_name = device.network_profile_name
    return {
        "arn": device.arn,
        "serial_number": device.serial_number,
        "type": device.type,
        "name": device.name or None,
        "name_key": name_key(device.name or device.serial_number),
        "software_version": device.software_version,
        "mac_address": device.mac_address,
        "status": device.status,
        "connection_status": device.connection_status,
        "connection_status_updated_at": device.connection_status_updated_at,
        "network_profile_arn": device.network_profile_arn,
        "network_profile_name": profile_name,
        "network_profile_name_key": None if profile_name is None else name_key(profile_name),
        "room_arn": device.room_arn,
        "room_name_key": None if room_name is None else name_key(room_name),
        "created_at": device.created_at,
    }


def device_by_arn(
    connection: Connection, tenant: Tenant, arn: str | None, *, lock: bool = False
) -> StoredAlexaDevice | None:
    """Find a device; `lock` holds back every other change of it until this transaction ends."""
    if arn is None or not is_storable(arn):
        return None
    if not lock:
        return devices_by_arn(connection, tenant, [arn]).get(arn)
    row = connection.execute(_LOCKED, {**owner_parameters(tenant), "arn": arn}).first()
    return None if row is None else stored_device(row)


def devices_by_arn(connection: Connection, tenant: Tenant, arns: Sequence[str]) -> dict[str, StoredAlexaDevice]:
    """Those of the devices that the tenant has."""
    rows = rows_by_key(connection, OWNED, devices.c.arn, tenant, arns)
    return {device.arn: device for device in map(stored_device, rows)}


def has_device(connection: Connection, tenant: Tenant, arn: str) -> bool:
    statement = select(devices.c.arn).where(*owned_by(tenant), devices.c.arn == arn)
    return is_storable(arn) and connection.execute(statement).first() is not None


def rename_device(connection: Connection, tenant: Tenant, device: StoredAlexaDevice, name: str, *, now: int) -> None:
    _update(connection, tenant, [device.arn], name=name or None, name_key=name_key(name or device.serial_number))
    log_devices(connection, tenant, ChangeKind.CHANGED, [device.arn], now)


def delete_device(connection: Connection, tenant: Tenant, arn: str, *, now: int) -> bool:
    """Delete a device with its tags and events; return False where there is none."""
    if not is_storable(arn):
        return False
    if connection.execute(delete(devices).where(*owned_by(tenant), devices.c.arn == arn)).rowcount == 0:
        return False
    delete_status_details(connection, tenant, arn)
    delete_tags(connection, tenant, arn)
    delete_events(connection, tenant, arn)
    log_devices(connection, tenant, ChangeKind.REMOVED, [arn], now)
    return True


def set_device_room(
    connection: Connection, tenant: Tenant, arns: Sequence[str], room: StoredRoom | None, *, now: int
) -> None:
    """Put devices into a room, which the caller has locked, or take them out of theirs; also when its name changes."""
    key = None if room is None else name_key(room.name)
    if not arns:
        return
    _update(connection, tenant, arns, room_arn=None if room is None else room.arn, room_name_key=key)
    log_devices(connection, tenant, ChangeKind.CHANGED, arns, now)


def devices_in_room(connection: Connection, tenant: Tenant, room_arn: str) -> list[str]:
    """The ARNs of the devices in a room."""
    statement = select(devices.c.arn).where(*owned_by(tenant), devices.c.room_arn == room_arn)
    return list(connection.execute(statement.order_by(devices.c.arn)).scalars())


def log_devices(connection: Connection, tenant: Tenant, kind: ChangeKind, arns: Sequence[str], now: int) -> None:
    log(connection, now, [Change(tenant, DeviceService.ALEXA_FOR_BUSINESS, arn, kind) for arn in arns])


def owned_by(tenant: Tenant) -> tuple[ColumnElement[bool], ...]:
    return devices.c.account == tenant.account, devices.c.region == tenant.region


def stored_device(row: AnyRow) -> StoredAlexaDevice:
    """Read a row of OWNED."""
    status_details, *members = row[:MEMBERS]
    details = () if status_details in (None, "[]") else sorted(orjson.loads(status_details))
    return StoredAlexaDevice(tuple([AlexaDeviceStatusDetail(code, feature) for _, code, feature in details]), *members)


def _update(connection: Connection, tenant: Tenant, arns: Sequence[str], **values: object) -> None:
    connection.execute(update(devices).where(*owned_by(tenant), devices.c.arn.in_(arns)).values(**values))
