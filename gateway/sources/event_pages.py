"""Pages of devices' events: the window that the first page fixed, and the cursors that carry it on."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from gateway.model.device import Device
from gateway.model.errors import GatewayError, InvalidInput
from gateway.model.event import DeviceEvent
from gateway.model.once import Once
from gateway.model.page import Mark, Slice
from gateway.model.purpose import Purpose
from gateway.model.query import EventQuery
from gateway.model.seal import ForeignTokenError, Sealer
from gateway.sources.events import EventRun, milliseconds, utc, whole_millisecond

DEFAULT_WINDOW = timedelta(days=30)

ReadEvents: TypeAlias = Callable[[Sequence[tuple[Device, EventQuery]]], Awaitable[Sequence[EventRun | GatewayError]]]


class EventArguments(Struct, frozen=True):
    """What `events` was asked for beside its page; None: the last 30 days before the first page was asked for.

    Raise InvalidInput for a window that ends before it begins.
    """

    start: datetime | None
    end: datetime | None
    types: tuple[str, ...] | None

    def __post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.start > self.end:
            raise InvalidInput("from must not be after to.", "from")


class Left(Struct, frozen=True):
    """Where a cursor left off, by the milliseconds of its window and of an event; `token`: as in EventQuery."""

    start: int
    end: int
    time: int
    type: str
    value: str
    token: str | None

    @property
    def position(self) -> tuple[datetime, str, str]:
        return utc(self.time), self.type, self.value


class EventsAsked(Struct, frozen=True, eq=False, dict=True):
    """A page of events, of whichever device; `after` and `before` are what its cursors say.

    `clock`: what is asked up to now ends when it is read.
    """

    arguments: EventArguments
    slice: Slice
    clock: Callable[[], datetime]
    after: Left | None = None
    before: Left | None = None

    @Once
    def words(self) -> str:
        """The same for whatever asks the same."""
        return repr((self.arguments, self.slice, self.after, self.before))


class EventEdge(Struct, frozen=True):
    node: DeviceEvent
    page: "EventPage"
    token: str | None

    @property
    def mark(self) -> Mark:
        event, query = self.node, self.page.query
        window = [milliseconds(query.start), milliseconds(query.end)]
        return Mark(self.page.purpose, [*window, milliseconds(event.timestamp), event.type, event.value, self.token])


class EventPage(Struct, frozen=True, eq=False, dict=True):
    """A page, newest first. What only a cursor needs is made once there is one."""

    device: Device
    arguments: EventArguments
    slice: Slice
    query: EventQuery
    run: EventRun

    @property
    def nodes(self) -> Sequence[DeviceEvent]:
        return self.run.events[::-1] if self.slice.backwards else self.run.events

    @property
    def edges(self) -> Sequence[EventEdge]:
        tokens = self.run.tokens or (None,) * len(self.run.events)
        edges = [EventEdge(event, self, token) for event, token in zip(self.run.events, tokens, strict=True)]
        return edges[::-1] if self.slice.backwards else edges

    @Once
    def purpose(self) -> Purpose:
        return _purpose(self.device, self.arguments)

    def has_more(self) -> bool:
        return self.run.more


def with_cursors(asked: EventsAsked, device: Device, sealer: Sealer) -> EventsAsked:
    """Open the slice's cursors; raise InvalidInput for one that is not of these events of the device."""
    purpose, slice_ = _purpose(device, asked.arguments), asked.slice
    after, before = _open(sealer, purpose, slice_.after, "after"), _open(sealer, purpose, slice_.before, "before")
    return replace(asked, after=after, before=before)


async def event_pages(asked: Sequence[tuple[Device, EventsAsked]], read: ReadEvents) -> list[EventPage | GatewayError]:
    """Read pages of several devices at once; windows that end now end at the same moment."""
    now = asked[0][1].clock()
    # Whole milliseconds, as events and cursors have them; to the next one, so that an event of now is inside.
    last_days = whole_millisecond(now - DEFAULT_WINDOW), utc(milliseconds(now) + 1)
    queries = [(device, _query(device, one, *_window(one, *last_days))) for device, one in asked]
    runs = iter(await read([(device, query) for device, query in queries if query.start < query.end]))
    pages: list[EventPage | GatewayError] = []
    for (device, query), (_, one) in zip(queries, asked, strict=True):
        run = next(runs) if query.start < query.end else EventRun((), more=False)
        pages.append(run if isinstance(run, GatewayError) else EventPage(device, one.arguments, one.slice, query, run))
    return pages


def _window(asked: EventsAsked, start: datetime, end: datetime) -> tuple[datetime, datetime]:
    fixed = asked.after or asked.before
    if fixed is not None:
        return utc(fixed.start), utc(fixed.end)
    arguments = asked.arguments
    return (
        whole_millisecond(arguments.start) if arguments.start else start,
        whole_millisecond(arguments.end) if arguments.end else end,
    )


def _query(device: Device, asked: EventsAsked, start: datetime, end: datetime) -> EventQuery:
    after, before, slice_ = asked.after, asked.before, asked.slice
    return EventQuery(
        device.key,
        start,
        end,
        asked.arguments.types,
        None if before is None else before.position,
        None if after is None else after.position,
        slice_.backwards,
        slice_.limit,
        None if after is None else after.token,
    )


def _purpose(device: Device, arguments: EventArguments) -> Purpose:
    return Purpose("events", device.source, device.key, arguments)


def _open(sealer: Sealer, purpose: Purpose, cursor: str | None, argument: str) -> Left | None:
    if cursor is None:
        return None
    try:
        payload: list[Any] = sealer.open(purpose.text, cursor)
    except ForeignTokenError as error:
        raise InvalidInput(f"{argument} is not a cursor of these events.", argument) from error
    return Left(*payload)
