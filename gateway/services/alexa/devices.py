"""Operations on one device.

A device that the account does not have is NotFoundException where the operation lists that, else
DeviceNotRegisteredException, which is also the answer for a deregistered one. An ARN left out stands for no device.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from gateway.model.device import AlexaDeviceStatus, AlexaDeviceStatusDetail, ConnectionStatus
from gateway.model.tenant import Tenant
from gateway.services.alexa.device_data import device
from gateway.services.alexa.errors import device_not_registered, invalid, not_found
from gateway.services.alexa.model_values import device_of
from gateway.services.context import ServiceContext
from gateway.store import alexa_devices
from gateway.store.alexa_devices import StoredAlexaDevice, device_by_arn, devices_by_arn, devices_in_room
from gateway.store.alexa_reports import set_device_status
from gateway.store.rooms import room_by_arn
from gateway.store.times import milliseconds
from gateway.wire.errors import ServiceError


async def get_device(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    return _one(await get_devices(context, tenant, [params]))


async def get_devices(
    context: ServiceContext, tenant: Tenant, params: Sequence[Mapping[str, Any]]
) -> Sequence[Mapping[str, Any] | ServiceError]:
    found = await _find(context, tenant, params)
    return [not_found("device") if stored is None else {"Device": device(stored)} for stored in found]


async def get_device_data(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Beyond the wire: {"DeviceArn", "Source"} → {"Device"}."""
    return _one(await get_devices_data(context, tenant, [params]))


async def get_devices_data(
    context: ServiceContext, tenant: Tenant, params: Sequence[Mapping[str, Any]]
) -> Sequence[Mapping[str, Any] | ServiceError]:
    found = await _find(context, tenant, params)
    return [
        not_found("device") if stored is None else {"Device": device_of(one["Source"], stored)}
        for stored, one in zip(found, params, strict=True)
    ]


async def update_device(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    now = milliseconds(context.clock())

    def update(connection: Connection) -> None:
        stored = device_by_arn(connection, tenant, params.get("DeviceArn"), lock=True)
        if stored is None:
            raise not_found("device")
        check_registered(stored)
        name = params.get("DeviceName")
        if name is not None:
            alexa_devices.rename_device(connection, tenant, stored, name, now=now)

    await context.database.write(update)
    return {}


async def delete_device(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    arn, now = params["DeviceArn"], milliseconds(context.clock())

    def delete(connection: Connection) -> None:
        if not alexa_devices.delete_device(connection, tenant, arn, now=now):
            raise not_found("device")

    await context.database.write(delete)
    return {}


async def start_device_sync(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Sync a device, or all of a room. It takes no time here: an online device is READY at once, any other WAS_OFFLINE.

    Where both are given, the device has to be in the room. In a room, deregistered devices are passed over.
    """
    device_arn, room_arn = params.get("DeviceArn"), params.get("RoomArn")
    if device_arn is None and room_arn is None:
        raise invalid("A DeviceArn or a RoomArn is needed.")
    features, now = list(dict.fromkeys(params["Features"])), milliseconds(context.clock())

    def sync(connection: Connection) -> None:
        for stored in _to_sync(connection, tenant, device_arn, room_arn):
            online = stored.connection_status == ConnectionStatus.ONLINE
            status = AlexaDeviceStatus.READY if online else AlexaDeviceStatus.WAS_OFFLINE
            missed = () if online else [AlexaDeviceStatusDetail("DEVICE_WAS_OFFLINE", feature) for feature in features]
            set_device_status(connection, tenant, stored.arn, status.value, missed, at=now)

    await context.database.write(sync)
    return {}


def check_registered(stored: StoredAlexaDevice | None) -> StoredAlexaDevice:
    """Raise DeviceNotRegisteredException for a device that is not there, or not any more."""
    if stored is None or stored.status == AlexaDeviceStatus.DEREGISTERED:
        raise device_not_registered()
    return stored


def _to_sync(
    connection: Connection, tenant: Tenant, device_arn: str | None, room_arn: str | None
) -> list[StoredAlexaDevice]:
    """Lock the room first, as whoever changes who is in it does."""
    if room_arn is not None and room_by_arn(connection, tenant, room_arn, lock=True) is None:
        raise not_found("room")
    if device_arn is not None:
        stored = check_registered(device_by_arn(connection, tenant, device_arn, lock=True))
        if room_arn is not None and stored.room_arn != room_arn:
            raise invalid("The device is not in that room.")
        return [stored]
    arns = devices_in_room(connection, tenant, str(room_arn))
    found = [device_by_arn(connection, tenant, arn, lock=True) for arn in arns]
    return [stored for stored in found if stored and stored.status != AlexaDeviceStatus.DEREGISTERED]


async def _find(
    context: ServiceContext, tenant: Tenant, params: Sequence[Mapping[str, Any]]
) -> list[StoredAlexaDevice | None]:
    arns = [str(one.get("DeviceArn") or "") for one in params]
    found = await context.database.read(lambda connection: devices_by_arn(connection, tenant, arns))
    return [found.get(arn) for arn in arns]


def _one(answers: Sequence[Mapping[str, Any] | ServiceError]) -> Mapping[str, Any]:
    (answer,) = answers
    if isinstance(answer, ServiceError):
        raise answer
    return answer
