"""One more button, Echo device, room or user."""

import secrets
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection

from gateway.model.device import ConnectionStatus
from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.services import alexa
from gateway.services.alexa.arns import device_arn
from gateway.services.alexa.rooms import MAX_DEVICES_IN_ROOM
from gateway.services.context import ServiceContext
from gateway.services.embedded import EmbeddedService
from gateway.services.fleet.demo_buttons import BUTTON
from gateway.services.fleet.demo_names import ECHO_TYPES
from gateway.services.fleet.imported_buttons import DEVICE_ID
from gateway.services.fleet.refusal import FleetRefusal
from gateway.services.one_click.tags import MAX_TAGS, check_tags
from gateway.store import changes
from gateway.store.alexa_devices import NewAlexaDevice, add_device, devices_in_room
from gateway.store.alexa_reports import set_connection_status
from gateway.store.changes import Change, ChangeKind
from gateway.store.one_click_devices import arn_of, register_device, registered_device
from gateway.store.one_click_fleets import Button, insert_buttons
from gateway.store.rooms import room_by_arn, room_by_name
from gateway.store.times import milliseconds
from gateway.wire.input_check import failures
from gateway.wire.service import load

ECHO_TYPE = ECHO_TYPES[0][1]


def new_button_id() -> str:
    """As the AWS IoT Enterprise Button had them."""
    return f"G030PM{secrets.randbelow(10**10):010}"


def new_serial_number() -> str:
    return f"G090LF{secrets.randbelow(10**10):010}"


def check_button_id(device_id: str) -> None:
    if not DEVICE_ID.fullmatch(device_id):
        raise FleetRefusal(f"{device_id!r} is no device id: letters, digits, '_', '.' and '-', as in G030PM0123456789")


async def add_button(
    context: ServiceContext, tenant: Tenant, device_id: str, tags: Mapping[str, str], *, enabled: bool
) -> str:
    """Make a button that the tenant has claimed; return its ARN. Raise FleetRefusal or ServiceError."""
    check_button_id(device_id)
    check_tags(tags)
    if len(tags) > MAX_TAGS:
        raise FleetRefusal(f"a device has at most {MAX_TAGS} tags")
    arn, now = arn_of(tenant, device_id), milliseconds(context.clock())
    button = Button(device_id, arn, BUTTON, enabled, remaining_life=1.0, attributes={}, tags=tags)

    def write(connection: Connection) -> None:
        _check_new(connection, device_id)
        insert_buttons(connection, tenant, [button], [now])
        changes.log(connection, now, [Change(tenant, DeviceService.ONE_CLICK, device_id, ChangeKind.ADDED)])

    await context.database.write(write)
    return arn


async def add_unclaimed_button(context: ServiceContext, device_id: str) -> None:
    """Make a button that nobody has claimed; raise FleetRefusal."""
    check_button_id(device_id)

    def write(connection: Connection) -> None:
        if not register_device(connection, device_id, BUTTON, None):
            raise _exists(device_id)

    await context.database.write(write)


async def add_echo(
    context: ServiceContext,
    tenant: Tenant,
    serial_number: str,
    *,
    device_type: str,
    name: str | None,
    room: str | None,
    online: bool,
) -> str:
    """Make an Echo device, in the room of that very name if one is given; return its ARN. Raise FleetRefusal."""
    now = milliseconds(context.clock())
    device = NewAlexaDevice(
        arn=device_arn(tenant, serial_number, device_type),
        serial_number=serial_number,
        type=device_type,
        name=name,
        created_at=now,
    )
    _check_echo(device)

    def write(connection: Connection) -> None:
        room_arn = None if room is None else _place_in(connection, tenant, room)
        if not add_device(connection, tenant, replace(device, room_arn=room_arn), now):
            raise FleetRefusal(f"there is a device {serial_number!r} of type {device_type!r} already")
        status = ConnectionStatus.ONLINE if online else ConnectionStatus.OFFLINE
        set_connection_status(connection, tenant, device.arn, status.value, now)

    await context.database.write(write)
    return device.arn


async def add_room(context: ServiceContext, tenant: Tenant, name: str, description: str | None) -> str:
    """Make a room as CreateRoom does; return its ARN. Raise ServiceError."""
    params = _given({"RoomName": name, "Description": description})
    return str((await _alexa(context).call(tenant, "CreateRoom", params))["RoomArn"])


async def add_user(
    context: ServiceContext,
    tenant: Tenant,
    user_id: str,
    *,
    first_name: str | None,
    last_name: str | None,
    email: str | None,
) -> str:
    """Make a user as CreateUser does; return the ARN. Raise ServiceError."""
    params = _given({"UserId": user_id, "FirstName": first_name, "LastName": last_name, "Email": email})
    return str((await _alexa(context).call(tenant, "CreateUser", params))["UserArn"])


def _alexa(context: ServiceContext) -> EmbeddedService:
    return EmbeddedService(load("alexaforbusiness"), alexa.OPERATIONS, alexa.PLURAL, alexa.BEYOND, context)


def _given(params: Mapping[str, str | None]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}


def _check_new(connection: Connection, device_id: str) -> None:
    if registered_device(connection, device_id, lock=True) is not None:
        raise _exists(device_id)


def _exists(device_id: str) -> FleetRefusal:
    return FleetRefusal(f"there is a button {device_id!r} already")


def _check_echo(device: NewAlexaDevice) -> None:
    page = load("alexaforbusiness").operations["SearchDevices"].output
    told = {"DeviceArn": device.arn, "DeviceSerialNumber": device.serial_number, "DeviceType": device.type}
    wrong = [] if page is None else failures(page, {"Devices": [_given({**told, "DeviceName": device.name})]})
    if wrong:
        raise FleetRefusal(wrong[-1].text.replace("Devices[0].", ""))


def _place_in(connection: Connection, tenant: Tenant, name: str) -> str:
    room = room_by_name(connection, tenant, name)
    if room is None or room_by_arn(connection, tenant, room.arn, lock=True) is None:
        raise FleetRefusal(f"there is no room {name!r}: make it with `gateway fleet add room {name!r}`")
    if len(devices_in_room(connection, tenant, room.arn)) >= MAX_DEVICES_IN_ROOM:
        raise FleetRefusal(f"the room {name!r} has {MAX_DEVICES_IN_ROOM} devices, which is all that fit")
    return room.arn
