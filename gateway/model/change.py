from enum import StrEnum

from msgspec import Struct

from gateway.model.device import Device
from gateway.model.event import DeviceEvent


class DeviceChangeKind(StrEnum):
    ADDED = "ADDED"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"


class DeviceEventChange(Struct, frozen=True):
    """An event as a stream tells it; `cursor` is what to resume after."""

    cursor: str
    event: DeviceEvent


class DeviceChange(Struct, frozen=True):
    """A change as a stream tells it; `device_id` is its Node.id, `device` None where it is gone."""

    cursor: str
    kind: DeviceChangeKind
    device_id: str
    device: Device | None
