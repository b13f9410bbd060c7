"""Events of Alexa for Business, which answers newest first, page by page."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from gateway.model.device import Device
from gateway.model.errors import GatewayError, ScanLimit
from gateway.model.event import DeviceEvent
from gateway.model.query import EventQuery
from gateway.sources.alexa_answers import event
from gateway.sources.events import EventRun, inside
from gateway.sources.upstream import Upstream

CEILING = 50
EVENT_TYPES = frozenset({"CONNECTION_STATUS", "DEVICE_STATUS"})


async def events_by_pages(
    upstream: Upstream, queries: Sequence[tuple[Device, EventQuery]], scan_limit: int
) -> Sequence[EventRun | GatewayError]:
    return await asyncio.gather(*(_run_or_failure(upstream, device, query, scan_limit) for device, query in queries))


async def _run_or_failure(
    upstream: Upstream, device: Device, query: EventQuery, scan_limit: int
) -> EventRun | GatewayError:
    if query.types is not None and not EVENT_TYPES.intersection(query.types):
        return EventRun((), more=False)
    try:
        return await (_oldest if query.backwards else _newest)(upstream, device, query, scan_limit)
    except GatewayError as failure:
        return failure


async def _newest(upstream: Upstream, device: Device, query: EventQuery, scan_limit: int) -> EventRun:
    found: list[tuple[DeviceEvent, str | None]] = []
    async with aclosing(_events(upstream, device, query, scan_limit)) as events:
        async for one in events:
            found.append(one)
            if len(found) > query.limit:
                break
    return _run(found[: query.limit], more=len(found) > query.limit)


async def _oldest(upstream: Upstream, device: Device, query: EventQuery, scan_limit: int) -> EventRun:
    tail: deque[tuple[DeviceEvent, str | None]] = deque(maxlen=query.limit + 1)
    async with aclosing(_events(upstream, device, query, scan_limit)) as events:
        async for one in events:
            tail.append(one)
    return _run(list(reversed(tail))[: query.limit], more=len(tail) > query.limit)


async def _events(
    upstream: Upstream, device: Device, query: EventQuery, scan_limit: int
) -> AsyncGenerator[tuple[DeviceEvent, str | None], None]:
    """Yield what lies in the range, newest first, each with the token of the page that it came in.

    What is read on the way to it, or to the end where that was asked for, is bounded by the scan limit.
    """
    one_type = query.types is not None and len(EVENT_TYPES.intersection(query.types)) == 1
    kind = {"EventType": next(iter(EVENT_TYPES.intersection(query.types or ())))} if one_type else {}
    oldest = query.start if query.newer is None else max(query.start, query.newer[0])
    token, scanned = query.token, 0
    while True:
        size = scan_limit - scanned if query.backwards else query.limit + 1
        follow = {} if token is None else {"NextToken": token}
        params = {"DeviceArn": device.arn, "MaxResults": min(size, CEILING), **kind, **follow}
        answer = await upstream.call("ListDeviceEvents", params)
        events = [event(device, raw) for raw in answer.get("DeviceEvents", ())]
        for one in events:
            if inside(one, query):
                yield one, token
        token = answer.get("NextToken")
        scanned += sum(query.backwards or not inside(one, query) for one in events)
        if token is None or (events and events[-1].timestamp < oldest):
            return
        if scanned >= scan_limit:
            raise ScanLimit(
                f"More than {scan_limit} events of source {device.source} would have to be read, because its service "
                "tells the newest first. Ask for a later time, or page forwards."
            )


def _run(found: Sequence[tuple[DeviceEvent, str | None]], *, more: bool) -> EventRun:
    return EventRun(tuple(one for one, _ in found), more, tuple(token for _, token in found))
