"""Events of 1-Click, which answers oldest first, read newest first: by time windows backwards from the end."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from gateway.model.device import Device
from gateway.model.errors import GatewayError, ScanLimit, UpstreamUnavailable
from gateway.model.event import DeviceEvent
from gateway.model.query import EventQuery
from gateway.sources.answer import read, text
from gateway.sources.events import EPOCH, MILLISECOND, EventRun, inside, milliseconds, utc
from gateway.sources.upstream import Params, Upstream

CEILING = 250


def click_event(device: Device, raw: Params) -> DeviceEvent:
    """Read a wire DeviceEvent; its StdEvent is a JSON object in a string (behaviour.md, Events)."""
    return read(device.source, lambda event: _make(device, event), raw)


async def events_by_windows(
    upstream: Upstream, queries: Sequence[tuple[Device, EventQuery]], scan_limit: int
) -> Sequence[EventRun | GatewayError]:
    """Read each query's events; SCAN_LIMIT for one that would have to read more than that to find them."""
    pages = [_Pages(upstream, device, query, scan_limit) for device, query in queries]
    return await asyncio.gather(*(_run_or_failure(one) for one in pages))


@dataclass(slots=True)
class _Pages:
    """Pages of ListDeviceEvents, oldest first; `scanned` events have been read in vain."""

    upstream: Upstream
    device: Device
    query: EventQuery
    scan_limit: int
    scanned: int = 0

    @property
    def start(self) -> datetime:
        query = self.query
        return max(EPOCH, query.start if query.newer is None else max(query.start, query.newer[0]))

    @property
    def end(self) -> datetime:
        query = self.query
        return query.end if query.older is None else min(query.end, query.older[0] + MILLISECOND)

    async def read(self, start: datetime, end: datetime, token: str | None) -> tuple[list[DeviceEvent], str | None]:
        if self.scanned >= self.scan_limit:
            raise ScanLimit(
                f"More than {self.scan_limit} events of source {self.device.source} would have to be read, because its "
                "service cannot look for types. Ask for a shorter time."
            )
        follow = {} if token is None else {"NextToken": token}
        answer = await self.upstream.call(
            "ListDeviceEvents",
            {"DeviceId": self.device.key, "FromTimeStamp": start, "ToTimeStamp": end, "MaxResults": CEILING, **follow},
        )
        events = [click_event(self.device, raw) for raw in answer.get("Events", ())]
        self.scanned += sum(not inside(event, self.query) for event in events)
        return events, answer.get("NextToken")


async def _run_or_failure(pages: _Pages) -> EventRun | GatewayError:
    query = pages.query
    if query.types == ():
        return EventRun((), more=False)
    try:
        found = await (_oldest if query.backwards else _newest)(pages)
    except GatewayError as failure:
        return failure
    return EventRun(tuple(found[: query.limit]), len(found) > query.limit)


async def _oldest(pages: _Pages) -> list[DeviceEvent]:
    """As the service answers, from the start until there is one more than asked for."""
    found: list[DeviceEvent] = []
    token: str | None = None
    while pages.start < pages.end and len(found) <= pages.query.limit:
        events, token = await pages.read(pages.start, pages.end, token)
        found += [event for event in events if inside(event, pages.query)]
        if token is None:
            break
    return found


async def _newest(pages: _Pages) -> list[DeviceEvent]:
    """Try the whole range at once; where that is too much, the part of it that should hold a page, and so on back."""
    low, end = pages.start, pages.end
    found: list[DeviceEvent] = []
    while low < end and len(found) <= pages.query.limit:
        events, token = await pages.read(low, end, None)
        if token is not None and end - low > MILLISECOND:
            low = _later(low, end, events)
            pages.scanned += len(events)
            continue
        while token is not None:
            following, token = await pages.read(low, end, token)
            events += following
        window = [event for event in events if low <= event.timestamp < end and inside(event, pages.query)]
        found += sorted(window, key=lambda event: event.position, reverse=True)
        low, end = low - min(2 * (end - low), low - pages.start), low
    return found


def _later(low: datetime, end: datetime, oldest: Sequence[DeviceEvent]) -> datetime:
    """Where to begin so that a window up to `end` holds a page or less; `oldest` are a page's worth from `low`."""
    reached = oldest[-1].timestamp if oldest else low
    half = (end - low) // MILLISECOND // 2 * MILLISECOND
    shortest = max(MILLISECOND, min(reached - low, half) if oldest else half)
    return max(low + MILLISECOND, min(reached, end - MILLISECOND), end - shortest)


def _make(device: Device, raw: Params) -> DeviceEvent:
    standard = orjson.loads(raw["StdEvent"])
    if not isinstance(standard, dict):
        raise UpstreamUnavailable("An event is not an object.", device.source)
    of = raw.get("Device") or {}
    return DeviceEvent(
        device,
        _reported(text(standard["reportedTime"])),
        text(standard.get("clickType", "UNKNOWN")),
        "",
        {
            "device": {
                "attributes": of.get("Attributes") or {},
                "deviceId": of.get("DeviceId"),
                "type": of.get("Type"),
            },
            "stdEvent": standard,
        },
    )


def _reported(time: str) -> datetime:
    reported = datetime.fromisoformat(time)
    return utc(milliseconds(reported if reported.tzinfo else reported.replace(tzinfo=UTC)))
