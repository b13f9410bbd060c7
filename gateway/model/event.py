from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from gateway.model.device import Device


class DeviceEvent(Struct, frozen=True):
    """Something that a device reported.

    `type` is the service's word (SINGLE, DOUBLE, LONG; CONNECTION_STATUS, DEVICE_STATUS), `value` what it reported
    (empty for a click).
    `raw` is the event as it travelled, with its StdEvent parsed. Within one device (timestamp, type, value) is
    unique and orders events.
    """

    device: Device
    timestamp: datetime
    type: str
    value: str
    raw: Mapping[str, Any]

    @property
    def position(self) -> tuple[datetime, str, str]:
        return self.timestamp, self.type, self.value
