"""Pages of one device's events: the window that the first page fixed, and the cursors that carry it on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from gateway.model.device import Device
from gateway.model.errors import InvalidInput
from gateway.model.event import DeviceEvent
from gateway.model.page import Mark, Slice
from gateway.model.query import EventQuery
from gateway.model.seal import ForeignTokenError, Sealer
from gateway.sources.events import EventRun, milliseconds, utc, whole_millisecond

DEFAULT_WINDOW = timedelta(days=30)

LoadEvents = Callable[[tuple[Device, EventQuery]], Awaitable[EventRun]]


@dataclass(frozen=True, slots=True)
class EventEdge:
    """An event in its page; `token` is of the service's page that it came in."""

    node: DeviceEvent
    purpose: str
    query: EventQuery
    token: str | None

    @property
    def mark(self) -> Mark:
        """Where the event stands; made when a cursor is asked for, which most pages are not."""
        return Mark(self.purpose, _payload(self.query, self.node, self.token))


@dataclass(frozen=True, slots=True)
class EventPage:
    edges: tuple[EventEdge, ...]
    slice: Slice
    more: bool

    async def has_more(self) -> bool:
        return self.more


@dataclass(frozen=True, slots=True)
class EventArguments:
    """What `events` was asked for beside its page; None: the last 30 days before the first page was asked for."""

    start: datetime | None
    end: datetime | None
    types: tuple[str, ...] | None


async def event_page(
    device: Device, arguments: EventArguments, slice_: Slice, now: datetime, sealer: Sealer, load: LoadEvents
) -> EventPage:
    """Read a page, newest first; raise InvalidInput for a foreign cursor or a window that ends before it begins."""
    purpose = repr(("events", device.source, device.key, arguments))
    after = _open(sealer, purpose, slice_.after, "after")
    before = _open(sealer, purpose, slice_.before, "before")
    query = _query(device, arguments, slice_, now, after, before)
    if query.start >= query.end:
        return EventPage((), slice_, more=False)
    run = await load((device, query))
    tokens = run.tokens or (None,) * len(run.events)
    edges = [EventEdge(event, purpose, query, token) for event, token in zip(run.events, tokens, strict=True)]
    return EventPage(tuple(reversed(edges) if slice_.backwards else edges), slice_, run.more)


def _query(
    device: Device,
    arguments: EventArguments,
    slice_: Slice,
    now: datetime,
    after: list[Any] | None,
    before: list[Any] | None,
) -> EventQuery:
    if arguments.start is not None and arguments.end is not None and arguments.start > arguments.end:
        raise InvalidInput("from must not be after to.", "from")
    fixed = after or before
    if fixed is not None:
        start, end = utc(fixed[0]), utc(fixed[1])
    else:
        # Whole milliseconds, as events and cursors have them; to the next one, so that an event of now is inside.
        start = whole_millisecond(arguments.start or now - DEFAULT_WINDOW)
        end = whole_millisecond(arguments.end) if arguments.end else utc(milliseconds(now) + 1)
    query = EventQuery(
        device.key, start, end, arguments.types, None, None, backwards=slice_.backwards, limit=slice_.limit
    )
    if after is not None:
        query = replace(query, older=_position(after), token=after[5])
    return query if before is None else replace(query, newer=_position(before))


def _payload(query: EventQuery, event: DeviceEvent, token: str | None) -> list[Any]:
    time = milliseconds(event.timestamp)
    return [milliseconds(query.start), milliseconds(query.end), time, event.type, event.value, token]


def _position(payload: list[Any]) -> tuple[datetime, str, str]:
    return utc(payload[2]), payload[3], payload[4]


def _open(sealer: Sealer, purpose: str, cursor: str | None, argument: str) -> list[Any] | None:
    if cursor is None:
        return None
    try:
        return sealer.open(purpose, cursor)
    except ForeignTokenError as error:
        raise InvalidInput(f"{argument} is not a cursor of these events.", argument) from error
