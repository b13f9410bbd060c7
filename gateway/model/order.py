"""Orders of lists, as values that compare: the same on SQLite, on PostgreSQL and here.

Nulls come last in both directions; ties are broken by the item's own key, ascending.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

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


@dataclass(frozen=True, slots=True)
class DeviceOrder:
    field: DeviceOrderField
    descending: bool = False


@dataclass(frozen=True, slots=True)
class UserOrder:
    field: UserOrderField
    descending: bool = False
