"""New events of devices whose source is only asked now and then."""

from collections.abc import Mapping, Sequence

import orjson

from gateway.live.look_back import LookBack
from gateway.model.device import Device, OneClickDevice
from gateway.model.errors import GatewayError, NotFound
from gateway.model.event import DeviceEvent
from gateway.model.query import EventQuery
from gateway.observability.event_log import EventLog
from gateway.sources.events import milliseconds, utc
from gateway.sources.fleet import Source
from gateway.store.events import StoredEvent
from gateway.store.polled import Polled

PAGE = 200

log = EventLog(__name__)

Found = tuple[str, StoredEvent, int]
"""A device's key, an event of it, and the time since when events are told: of what is new since it is followed, all."""


async def read_events(
    source: Source, devices: Sequence[Device], state: Mapping[str, Polled], look_back: LookBack, now: int
) -> tuple[list[Found], set[str]]:
    """Read what may be new since each device was last asked about, oldest first; tell also of whom that failed."""
    found: list[Found] = []
    failed: set[str] = set()
    asked = [(device, _query(device, look_back.start(device.key, state[device.key], now), now)) for device in devices]
    while asked:
        runs = await source.events(asked)
        further = []
        for (device, query), run in zip(asked, runs, strict=True):
            if isinstance(run, NotFound):
                continue
            if isinstance(run, GatewayError):
                failed.add(device.key)
                log.warning("events cannot be looked at", source=source.name, device=device.key, reason=run.message)
                continue
            told_since = _told_since(state[device.key])
            found += [(device.key, _stored(event), told_since) for event in run.events]
            if run.more and run.events:
                token = run.tokens[-1] if run.tokens else None
                further.append((device, _older(query, run.events[-1], token)))
        asked = further
    kept = [one for one in found if one[0] not in failed]
    return sorted(kept, key=lambda one: (one[1].time, one[0], one[1].type, one[1].value)), failed


def _told_since(polled: Polled) -> int:
    """The first look finds what was there before; whatever is found later has come since."""
    return polled.since if polled.polled_to < polled.since else 0


def _query(device: Device, start: int, now: int) -> EventQuery:
    return EventQuery(device.key, utc(start), utc(now + 1), None, None, None, backwards=False, limit=PAGE)


def _older(query: EventQuery, last: DeviceEvent, token: str | None) -> EventQuery:
    return EventQuery(
        query.device, query.start, query.end, None, None, last.position, backwards=False, limit=PAGE, token=token
    )


def _stored(event: DeviceEvent) -> StoredEvent:
    standard = orjson.dumps(event.raw["stdEvent"]).decode() if isinstance(event.device, OneClickDevice) else None
    return StoredEvent(milliseconds(event.timestamp), event.type, event.value, standard)
