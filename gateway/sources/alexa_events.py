"""Events of Alexa for Business, which answers newest first, page by page."""

from collections import deque
from collections.abc import Iterable, Sequence

from gateway.model.device import Device
from gateway.model.errors import GatewayError, ScanLimit
from gateway.model.event import DeviceEvent
from gateway.model.query import EventQuery
from gateway.sources import alexa_answers
from gateway.sources.answer import read
from gateway.sources.events import EventRun, inside
from gateway.sources.rounds import Reading, in_rounds
from gateway.sources.upstream import Params, Upstream

CEILING = 50
EVENT_TYPES = frozenset({"CONNECTION_STATUS", "DEVICE_STATUS"})


async def events_by_pages(
    upstream: Upstream, queries: Sequence[tuple[Device, EventQuery]], scan_limit: int
) -> Sequence[EventRun | GatewayError]:
    readings = [_reading(device, query, scan_limit) for device, query in queries]
    return await in_rounds(upstream, "ListDeviceEvents", readings)


def _reading(device: Device, query: EventQuery, scan_limit: int) -> Reading[EventRun]:
    """Follow the pages until there is one event more than asked for, or to the end where the oldest were asked for.

    What is read on the way to the range, or to its end, is bounded by the scan limit.
    """
    if query.types is not None and not EVENT_TYPES.intersection(query.types):
        return EventRun((), more=False)
    oldest = query.start if query.newer is None else max(query.start, query.newer[0])
    wanted = query.limit + 1
    found: deque[tuple[DeviceEvent, str | None]] = deque(maxlen=wanted if query.backwards else None)
    token, scanned = query.token, 0
    while True:
        answer = yield _page(device, query, token, scan_limit - scanned if query.backwards else wanted)
        events = [DeviceEvent(device, *one) for one in read(device.source, alexa_answers.events, answer)]
        kept = inside(events, query)
        found.extend([(event, token) for event in kept])
        scanned += len(events) if query.backwards else len(events) - len(kept)
        token = answer.get("NextToken")
        enough = len(found) >= wanted and not query.backwards
        if enough or token is None or (events and events[-1].timestamp < oldest):
            return _run(reversed(found) if query.backwards else found, query.limit)
        if scanned >= scan_limit:
            raise ScanLimit(
                f"More than {scan_limit} events of source {device.source} would have to be read, because its service "
                "tells the newest first. Ask for a later time, or page forwards."
            )


def _page(device: Device, query: EventQuery, token: str | None, size: int) -> Params:
    kinds = EVENT_TYPES.intersection(query.types or ())
    one_type = {"EventType": next(iter(kinds))} if len(kinds) == 1 else {}
    follow = {} if token is None else {"NextToken": token}
    return {"DeviceArn": device.arn, "MaxResults": min(size, CEILING), **one_type, **follow}


def _run(found: Iterable[tuple[DeviceEvent, str | None]], limit: int) -> EventRun:
    events, tokens = tuple(zip(*found, strict=True)) or ((), ())
    return EventRun(events[:limit], len(events) > limit, tokens[:limit])
