from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from gateway.model.device import Device
from gateway.model.ids import event_id
from gateway.model.once import Once

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class DeviceEvent(Struct, frozen=True, dict=True):
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

    @Once
    def id(self) -> str:
        """Stable, for client caches: made once for all requests that share what was read."""
        time = (self.timestamp - EPOCH) // MILLISECOND
        return event_id(self.device.source, self.device.key, time, self.type, self.value)

    @property
    def position(self) -> tuple[datetime, str, str]:
        return self.timestamp, self.type, self.value
