from dataclasses import dataclass
from enum import StrEnum

from gateway.model.device import Device
from gateway.model.event import DeviceEvent


class DeviceChangeKind(StrEnum):
    ADDED = "ADDED"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"


@dataclass(frozen=True, slots=True)
class DeviceEventChange:
    """An event as a stream tells it; `cursor` is what to resume after."""

    cursor: str
    event: DeviceEvent


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """A change as a stream tells it; `device_id` is its Node.id, `device` None where it is gone."""

    cursor: str
    kind: DeviceChangeKind
    device_id: str
    device: Device | None
