from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from gateway.model.tenant import Tenant
from gateway.services.alexa.arns import new_room_arn
from gateway.services.alexa.device_data import present
from gateway.services.alexa.devices import check_registered
from gateway.services.alexa.errors import already_exists, invalid, limit_exceeded, name_in_use, not_found
from gateway.services.alexa.requests import client_request, made_before
from gateway.services.alexa.tags import add_tags
from gateway.services.context import ServiceContext
from gateway.store import rooms
from gateway.store.alexa_devices import device_by_arn, devices_in_room, set_device_room
from gateway.store.rooms import StoredRoom, room_by_arn, rooms_by_arn
from gateway.store.tenant_lock import lock_tenant
from gateway.store.times import milliseconds
from gateway.wire.errors import ServiceError

MAX_ROOMS = 10_000
MAX_DEVICES_IN_ROOM = 10


async def create_room(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    request = client_request("CreateRoom", params, new_room_arn(tenant))
    token_used = already_exists("This ClientRequestToken came with another request before.")
    now = milliseconds(context.clock())
    room = _changed(StoredRoom(request.arn, params["RoomName"]), params)

    def create(connection: Connection) -> str:
        before = made_before(connection, tenant, request, token_used, now=now)
        if before is not None:
            return before
        lock_tenant(connection, tenant, "rooms")
        if rooms.count_rooms(connection, tenant) >= MAX_ROOMS:
            raise limit_exceeded(f"An account has {MAX_ROOMS} rooms at most.")
        if not rooms.add_room(connection, tenant, room):
            raise already_exists("A room of this account has this name.")
        add_tags(connection, tenant, room.arn, params.get("Tags") or ())
        return room.arn

    return {"RoomArn": await context.database.write(create)}


async def get_room(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    (answer,) = await get_rooms(context, tenant, [params])
    if isinstance(answer, ServiceError):
        raise answer
    return answer


async def get_rooms(
    context: ServiceContext, tenant: Tenant, params: Sequence[Mapping[str, Any]]
) -> Sequence[Mapping[str, Any] | ServiceError]:
    arns = [str(one.get("RoomArn") or "") for one in params]
    found = await context.database.read(lambda connection: rooms_by_arn(connection, tenant, arns))
    return [{"Room": room_shape(found[arn])} if arn in found else not_found("room") for arn in arns]


async def update_room(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    now = milliseconds(context.clock())

    def update(connection: Connection) -> None:
        before = room_by_arn(connection, tenant, params.get("RoomArn"), lock=True)
        if before is None:
            raise not_found("room")
        room = _changed(before, params)
        rooms.replace_room(connection, tenant, room)
        if room.name != before.name:
            inside = devices_in_room(connection, tenant, room.arn)
            set_device_room(connection, tenant, inside, room, now=now)

    try:
        await context.database.write(update)
    except IntegrityError as error:
        raise name_in_use() from error
    return {}


async def delete_room(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Delete a room; its devices are then in none."""
    now = milliseconds(context.clock())

    def delete(connection: Connection) -> None:
        room = room_by_arn(connection, tenant, params.get("RoomArn"), lock=True)
        if room is None:
            raise not_found("room")
        inside = devices_in_room(connection, tenant, room.arn)
        rooms.delete_room(connection, tenant, room.arn)
        set_device_room(connection, tenant, inside, None, now=now)

    await context.database.write(delete)
    return {}


async def associate_device(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Put a device into a room, out of the one that it may be in."""
    device_arn, room_arn = _needed(params, "DeviceArn"), _needed(params, "RoomArn")
    now = milliseconds(context.clock())

    def associate(connection: Connection) -> None:
        room = room_by_arn(connection, tenant, room_arn, lock=True)
        device = check_registered(device_by_arn(connection, tenant, device_arn, lock=True))
        if room is None:
            raise not_found("room")
        if device.room_arn == room_arn:
            return
        if len(devices_in_room(connection, tenant, room_arn)) >= MAX_DEVICES_IN_ROOM:
            raise limit_exceeded(f"A room has {MAX_DEVICES_IN_ROOM} devices at most.")
        set_device_room(connection, tenant, [device_arn], room, now=now)

    await context.database.write(associate)
    return {}


async def disassociate_device(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take a device out of its room; one that is in none stays so."""
    device_arn, now = _needed(params, "DeviceArn"), milliseconds(context.clock())

    def disassociate(connection: Connection) -> None:
        device = check_registered(device_by_arn(connection, tenant, device_arn, lock=True))
        if device.room_arn is not None:
            set_device_room(connection, tenant, [device_arn], None, now=now)

    await context.database.write(disassociate)
    return {}


def room_shape(room: StoredRoom) -> dict[str, Any]:
    """`Room` of GetRoom."""
    return present(
        {
            "RoomArn": room.arn,
            "RoomName": room.name,
            "Description": room.description,
            "ProviderCalendarId": room.provider_calendar_id,
            "ProfileArn": room.profile_arn,
        }
    )


def _changed(room: StoredRoom, params: Mapping[str, Any]) -> StoredRoom:
    """The room with what the request gives; a profile's name is not known to this service."""
    changed = replace(
        room,
        name=params.get("RoomName") or room.name,
        description=params.get("Description", room.description),
        provider_calendar_id=params.get("ProviderCalendarId", room.provider_calendar_id),
        profile_arn=params.get("ProfileArn", room.profile_arn),
    )
    return changed if changed.profile_arn == room.profile_arn else replace(changed, profile_name=None)


def _needed(params: Mapping[str, Any], name: str) -> str:
    """An ARN that an operation cannot do without; those that list NotFoundException answer so instead."""
    if params.get(name) is None:
        raise invalid(f"{name} is needed.")
    return str(params[name])
