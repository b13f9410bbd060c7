"""What the store has, as the gateway's own values: what is asked beyond the wire has none of the wire's shapes."""

from collections.abc import Sequence

import orjson

from gateway.model.device import OneClickDevice
from gateway.model.event import DeviceEvent
from gateway.model.tag import Tag
from gateway.store.kept import AnyRow
from gateway.store.one_click_devices import ClaimedDevice
from gateway.store.times import time_of


def device_of(source: str, stored: ClaimedDevice) -> OneClickDevice:
    return OneClickDevice(
        source,
        stored.arn,
        stored.device_id,
        stored.type,
        stored.enabled,
        stored.remaining_life,
        stored.attributes,
        tuple([Tag(key, value) for key, value in stored.tags]),
    )


def events_of(device: OneClickDevice, device_type: str, rows: Sequence[AnyRow]) -> tuple[DeviceEvent, ...]:
    """What `stored_event` reads; `raw` as the events travel, each with its StdEvent parsed."""
    of = {"attributes": {}, "deviceId": device.device_id, "type": device_type}
    return tuple(
        [
            DeviceEvent(device, time_of(time), kind, value, {"device": of, "stdEvent": orjson.loads(body or "{}")})
            for _, time, kind, value, body in rows
        ]
    )
