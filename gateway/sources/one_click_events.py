"""Events of 1-Click, which answers oldest first, read newest first: by time windows backwards from the end."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import orjson

from gateway.model.device import Device
from gateway.model.errors import GatewayError, UpstreamUnavailable
from gateway.model.event import DeviceEvent
from gateway.model.query import EventQuery
from gateway.sources.answer import read, text
from gateway.sources.events import EventRun, inside, milliseconds, utc
from gateway.sources.upstream import Params, Upstream

CEILING = 250
SHORTEST = timedelta(milliseconds=1)


def click_event(device: Device, raw: Params) -> DeviceEvent:
    """Read a wire DeviceEvent; its StdEvent is a JSON object in a string (behaviour.md, Events)."""
    return read(device.source, lambda event: _make(device, event), raw)


async def events_by_windows(
    upstream: Upstream, queries: Sequence[tuple[Device, EventQuery]]
) -> Sequence[EventRun | GatewayError]:
    return await asyncio.gather(*(_run_or_failure(upstream, device, query) for device, query in queries))


async def _run_or_failure(upstream: Upstream, device: Device, query: EventQuery) -> EventRun | GatewayError:
    try:
        found = await (_oldest if query.backwards else _newest)(upstream, device, query)
    except GatewayError as failure:
        return failure
    return EventRun(tuple(found[: query.limit]), len(found) > query.limit)


async def _oldest(upstream: Upstream, device: Device, query: EventQuery) -> list[DeviceEvent]:
    """As the service answers, from the start until there is one more than asked for."""
    start = query.start if query.newer is None else max(query.start, query.newer[0])
    found: list[DeviceEvent] = []
    token: str | None = None
    while len(found) <= query.limit:
        events, token = await _page(upstream, device, start, query.end, token)
        found += [event for event in events if inside(event, query)]
        if token is None:
            break
    return found


async def _newest(upstream: Upstream, device: Device, query: EventQuery) -> list[DeviceEvent]:
    """Try the whole range at once; where that is too much, the part of it that should hold a page, and so on back."""
    start = query.start if query.newer is None else max(query.start, query.newer[0])
    end = query.end if query.older is None else min(query.end, query.older[0] + SHORTEST)
    found: list[DeviceEvent] = []
    low = start
    while low < end and len(found) <= query.limit:
        events, token = await _page(upstream, device, low, end, None)
        if token is not None and end - low > SHORTEST:
            held = (events[-1].timestamp - low) if events else (end - low) / 2
            low = max(low + SHORTEST, end - max(SHORTEST, min(held, (end - low) / 2)))
            continue
        while token is not None:
            following, token = await _page(upstream, device, low, end, token)
            events += following
        window = [event for event in events if low <= event.timestamp < end and inside(event, query)]
        found += sorted(window, key=lambda event: event.position, reverse=True)
        low, end = max(start, low - 2 * (end - low)), low
    return found


async def _page(
    upstream: Upstream, device: Device, start: datetime, end: datetime, token: str | None
) -> tuple[list[DeviceEvent], str | None]:
    follow = {} if token is None else {"NextToken": token}
    answer = await upstream.call(
        "ListDeviceEvents",
        {"DeviceId": device.key, "FromTimeStamp": start, "ToTimeStamp": end, "MaxResults": CEILING, **follow},
    )
    return [click_event(device, raw) for raw in answer.get("Events", ())], answer.get("NextToken")


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
