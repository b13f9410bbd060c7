"""Devices of Alexa for Business from a file, and the rooms that they name."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from gateway.model.device import AlexaDeviceStatusDetail
from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.services.fleet.answers import Item
from gateway.services.fleet.counts import Counts
from gateway.services.fleet.documents import Place, Problem, WrongFile
from gateway.services.fleet.members import checked
from gateway.store.alexa_devices import NewAlexaDevice, StoredAlexaDevice, devices_in_room, set_device_room
from gateway.store.alexa_fleets import insert_devices, insert_rooms, known_devices, known_rooms, update_devices
from gateway.store.changes import Change, ChangeKind
from gateway.store.rooms import StoredRoom, replace_room, room_by_name
from gateway.store.times import milliseconds
from gateway.wire.service import Shape

NEEDED = ("DeviceArn", "DeviceSerialNumber", "DeviceType")


class ToldEcho(Struct, frozen=True):
    device: NewAlexaDevice
    room_name: str | None
    place: Place


def read_echo(item: Item, shape: Shape) -> tuple[ToldEcho | None, list[Problem]]:
    members, problems = checked(item, shape, NEEDED)
    if not problems and "RoomName" in members and "RoomArn" not in members:
        problems = [Problem(item.place.within("RoomName"), "RoomArn is missing: which room has this name?")]
    if problems:
        return None, problems
    status = members.get("DeviceStatusInfo") or {}
    details = [
        AlexaDeviceStatusDetail(detail["Code"], detail.get("Feature"))
        for detail in status.get("DeviceStatusDetails") or ()
        if detail.get("Code")
    ]
    device = NewAlexaDevice(
        arn=members["DeviceArn"],
        serial_number=members["DeviceSerialNumber"],
        type=members["DeviceType"],
        name=members.get("DeviceName"),
        software_version=members.get("SoftwareVersion"),
        mac_address=members.get("MacAddress"),
        status=members.get("DeviceStatus"),
        status_details=tuple(details),
        connection_status=status.get("ConnectionStatus"),
        connection_status_updated_at=_milliseconds(status.get("ConnectionStatusUpdatedTime")),
        network_profile_arn=members.get("NetworkProfileArn"),
        network_profile_name=members.get("NetworkProfileName"),
        room_arn=members.get("RoomArn"),
        created_at=_milliseconds(members.get("CreatedTime")),
    )
    return ToldEcho(device, members.get("RoomName"), item.place), []


def write_echoes(
    connection: Connection, tenant: Tenant, told: Sequence[ToldEcho], now: int
) -> tuple[Counts, Counts, list[Change]]:
    """Make the tenant's devices and their rooms what is told of them; return the counts of both, and what is to be
    logged. Raise WrongFile.
    """
    latest = {one.device.arn: one for one in told}
    rooms = known_rooms(connection, tenant, {one.device.room_arn for one in latest.values() if one.device.room_arn})
    named = _named_rooms(list(latest.values()))
    new_rooms = [room for arn, (room, _) in named.items() if arn not in rooms]
    renamed = [replace(rooms[arn], name=room.name) for arn, (room, _) in named.items() if _is_renamed(rooms, room)]
    _check_names(connection, tenant, [named[room.arn] for room in (*new_rooms, *renamed)])
    insert_rooms(connection, tenant, new_rooms)
    names = {room.arn: room.name for room in (*rooms.values(), *new_rooms, *renamed)}

    known = known_devices(connection, tenant, latest)
    new = [one.device for arn, one in latest.items() if arn not in known]
    changed = [one.device for arn, one in latest.items() if arn in known and _as_new(known[arn]) != one.device]
    insert_devices(connection, tenant, new, names)
    update_devices(connection, tenant, changed, names)
    for room in renamed:
        replace_room(connection, tenant, room)
        set_device_room(connection, tenant, devices_in_room(connection, tenant, room.arn), room, now=now)
    log = [_change(tenant, device, ChangeKind.ADDED) for device in new]
    log += [_change(tenant, device, ChangeKind.CHANGED) for device in changed]
    return (
        Counts(len(new), len(changed), len(latest) - len(new) - len(changed)),
        Counts(len(new_rooms), len(renamed), len(named) - len(new_rooms) - len(renamed)),
        log,
    )


def _named_rooms(told: Sequence[ToldEcho]) -> dict[str, tuple[StoredRoom, Place]]:
    """The rooms that devices name, by ARN; raise WrongFile where two say different things."""
    found: dict[str, tuple[StoredRoom, Place]] = {}
    arns: dict[str, str] = {}
    for one in told:
        if one.room_name is None or one.device.room_arn is None:
            continue
        arn, name, place = one.device.room_arn, one.room_name, one.place.within("RoomName")
        if found.setdefault(arn, (StoredRoom(arn, name), place))[0].name != name:
            raise WrongFile([Problem(place, f"the file called this room {found[arn][0].name!r} before")])
        if arns.setdefault(name, arn) != arn:
            raise WrongFile([Problem(place, f"the file has another room of this name: {arns[name]}")])
    return found


def _is_renamed(known: dict[str, StoredRoom], room: StoredRoom) -> bool:
    return room.arn in known and known[room.arn].name != room.name


def _check_names(connection: Connection, tenant: Tenant, rooms: Sequence[tuple[StoredRoom, Place]]) -> None:
    problems = [
        Problem(place, f"the store has another room of this name: {other.arn}")
        for room, place in rooms
        if (other := room_by_name(connection, tenant, room.name)) is not None
    ]
    if problems:
        raise WrongFile(problems)


def _as_new(stored: StoredAlexaDevice) -> NewAlexaDevice:
    return NewAlexaDevice(
        arn=stored.arn,
        serial_number=stored.serial_number,
        type=stored.type,
        name=stored.name,
        software_version=stored.software_version,
        mac_address=stored.mac_address,
        status=stored.status,
        status_details=stored.status_details,
        connection_status=stored.connection_status,
        connection_status_updated_at=stored.connection_status_updated_at,
        network_profile_arn=stored.network_profile_arn,
        network_profile_name=stored.network_profile_name,
        room_arn=stored.room_arn,
        created_at=stored.created_at,
    )


def _milliseconds(time: datetime | None) -> int | None:
    return None if time is None else milliseconds(time)


def _change(tenant: Tenant, device: NewAlexaDevice, kind: ChangeKind) -> Change:
    return Change(tenant, DeviceService.ALEXA_FOR_BUSINESS, device.arn, kind)
