"""Events of 1-Click, which answers oldest first, read newest first: by time windows backwards from the end."""

from collections.abc import Generator, Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from msgspec import Struct

from gateway.model.device import Device
from gateway.model.errors import GatewayError, ScanLimit
from gateway.model.event import DeviceEvent
from gateway.model.query import EventQuery
from gateway.sources import one_click_answers
from gateway.sources.answer import read
from gateway.sources.events import EPOCH, LATEST, MILLISECOND, EventRun, inside
from gateway.sources.rounds import Reading, in_rounds
from gateway.sources.upstream import Params, Upstream

CEILING = 250
SECOND = timedelta(seconds=1)
POSITION = attrgetter("timestamp", "type", "value")


async def events_by_windows(
    upstream: Upstream, queries: Sequence[tuple[Device, EventQuery]], scan_limit: int
) -> Sequence[EventRun | GatewayError]:
    """Read each query's events; SCAN_LIMIT for one that would have to read more than that to find them."""
    readings = [_reading(_Pages(device, query, scan_limit)) for device, query in queries]
    return await in_rounds(upstream, "ListDeviceEvents", readings)


class _Pages(Struct):
    """Pages of ListDeviceEvents, oldest first; `scanned` events have been read in vain.

    The whole range is asked for from a whole second to another, and what is beyond it left out here: so those who ask
    for the last days within the same second ask for the same.
    """

    device: Device
    query: EventQuery
    scan_limit: int
    scanned: int = 0

    @property
    def start(self) -> datetime:
        query = self.query
        start = max(EPOCH, query.start if query.newer is None else max(query.start, query.newer[0]))
        return start.replace(microsecond=0)

    @property
    def end(self) -> datetime:
        query = self.query
        end = query.end if query.older is None else min(query.end, query.older[0] + MILLISECOND)
        return end if end.microsecond == 0 or end > LATEST - SECOND else end.replace(microsecond=0) + SECOND

    def read(
        self, start: datetime, end: datetime, token: str | None
    ) -> Generator[Params, Params, tuple[list[DeviceEvent], list[DeviceEvent], str | None]]:
        """A page's events, those of them that lie within the query, and the token of the next page."""
        if self.scanned >= self.scan_limit:
            raise ScanLimit(
                f"More than {self.scan_limit} events of source {self.device.source} would have to be read, because its "
                "service cannot look for types. Ask for a shorter time."
            )
        device, query = self.device, self.query
        follow = {} if token is None else {"NextToken": token}
        window = {"FromTimeStamp": start, "ToTimeStamp": end, "MaxResults": CEILING}
        answer = yield {"DeviceId": device.key, **window, **follow}
        events = [DeviceEvent(device, *one) for one in read(device.source, one_click_answers.events, answer)]
        kept = inside(events, query)
        self.scanned += len(events) - len(kept)
        return events, kept, answer.get("NextToken")


def _reading(pages: _Pages) -> Reading[EventRun]:
    query = pages.query
    if query.types == ():
        return EventRun((), more=False)
    found = yield from (_oldest if query.backwards else _newest)(pages)
    return EventRun(tuple(found[: query.limit]), len(found) > query.limit)


def _oldest(pages: _Pages) -> Reading[list[DeviceEvent]]:
    """As the service answers, from the start until there is one more than asked for."""
    found: list[DeviceEvent] = []
    token: str | None = None
    while pages.start < pages.end and len(found) <= pages.query.limit:
        _, kept, token = yield from pages.read(pages.start, pages.end, token)
        found += kept
        if token is None:
            break
    return found


def _newest(pages: _Pages) -> Reading[list[DeviceEvent]]:
    """Try the whole range at once; where that is too much, the part of it that should hold a page, and so on back."""
    start, end = pages.start, pages.end
    low = start
    found: list[DeviceEvent] = []
    while low < end and len(found) <= pages.query.limit:
        events, kept, token = yield from pages.read(low, end, None)
        if token is not None and end - low > MILLISECOND:
            low = _later(low, end, events)
            pages.scanned += len(events)
            continue
        while token is not None:
            _, following, token = yield from pages.read(low, end, token)
            kept += following
        window = [event for event in kept if low <= event.timestamp < end]
        found += sorted(window, key=POSITION, reverse=True)
        low, end = low - min(2 * (end - low), low - start), low
    return found


def _later(low: datetime, end: datetime, oldest: Sequence[DeviceEvent]) -> datetime:
    """Where to begin so that a window up to `end` holds a page or less; `oldest` are a page's worth from `low`."""
    reached = oldest[-1].timestamp if oldest else low
    half = (end - low) // MILLISECOND // 2 * MILLISECOND
    shortest = max(MILLISECOND, min(reached - low, half) if oldest else half)
    return max(low + MILLISECOND, min(reached, end - MILLISECOND), end - shortest)
