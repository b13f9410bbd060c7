"""Orders of lists, as values that compare: the same on SQLite, on PostgreSQL and here.

Nulls come last in both directions; ties are broken by the item's own key, ascending.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from gateway.model.device import AlexaDevice, Device
from gateway.model.text import name_key
from gateway.model.user import User

SortValue: TypeAlias = str | None


class DeviceOrderField(StrEnum):
    NAME = "NAME"
    TYPE = "TYPE"
    SERIAL_NUMBER = "SERIAL_NUMBER"
    STATUS = "STATUS"
    CONNECTION_STATUS = "CONNECTION_STATUS"
    ROOM_NAME = "ROOM_NAME"


class UserOrderField(StrEnum):
    USER_ID = "USER_ID"
    FIRST_NAME = "FIRST_NAME"
    LAST_NAME = "LAST_NAME"
    EMAIL = "EMAIL"
    ENROLLMENT_STATUS = "ENROLLMENT_STATUS"


class DeviceOrder(Struct, frozen=True):
    field: DeviceOrderField
    descending: bool = False


class UserOrder(Struct, frozen=True):
    field: UserOrderField
    descending: bool = False


def device_values(device: Device, order: Sequence[DeviceOrder]) -> tuple[SortValue, ...]:
    """What the order compares of a device: a value for each criterion, None where the device lacks it."""
    return tuple([_device_value(device, criterion.field) for criterion in order])


def device_key(device: Device) -> tuple[str, ...]:
    """What breaks ties within a source, and is the order of a source where none is asked for."""
    if isinstance(device, AlexaDevice):
        return device.serial_number or "", device.type, device.arn
    return (device.device_id,)


def user_values(user: User, order: Sequence[UserOrder]) -> tuple[SortValue, ...]:
    """As device_values; the user id is None, because no service tells it."""
    return tuple(_user_value(user, criterion.field) for criterion in order)


def compare_values(mine: Sequence[SortValue], theirs: Sequence[SortValue], descending: Sequence[bool]) -> int:
    """-1, 0 or 1 as `mine` comes before, with or after `theirs`."""
    for one, other, down in zip(mine, theirs, descending, strict=True):
        if one == other:
            continue
        if one is None or other is None:
            return 1 if one is None else -1
        return 1 if (one > other) != down else -1
    return 0


def _device_value(device: Device, field: DeviceOrderField) -> SortValue:
    if field is DeviceOrderField.NAME:
        return name_key(device.name)
    if field is DeviceOrderField.TYPE:
        return device.type
    if not isinstance(device, AlexaDevice):
        return None
    return {
        DeviceOrderField.SERIAL_NUMBER: device.serial_number,
        DeviceOrderField.STATUS: device.status,
        DeviceOrderField.CONNECTION_STATUS: device.connection_status,
        DeviceOrderField.ROOM_NAME: None if device.room_name is None else name_key(device.room_name),
    }[field]


def _user_value(user: User, field: UserOrderField) -> SortValue:
    named = {
        UserOrderField.FIRST_NAME: user.first_name,
        UserOrderField.LAST_NAME: user.last_name,
        UserOrderField.EMAIL: user.email,
    }
    if field is UserOrderField.ENROLLMENT_STATUS:
        return user.enrollment_status
    value = named.get(field)
    return None if value is None else name_key(value)
