"""The fleet as those see it who follow it: streams over the embedded services, without a transport."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection

from gateway.execution.budget import Budget
from gateway.execution.channel import Payload
from gateway.execution.document import DocumentOptions, Documents
from gateway.execution.ending import StreamEnded
from gateway.execution.plan import make_plan
from gateway.execution.result import RequestRefused
from gateway.execution.run import Executor
from gateway.execution.stream import Stream
from gateway.execution.subscribe import Execution, Live, Subscriptions
from gateway.execution.viewers import StreamCounts, Viewer, Viewers
from gateway.live.change import Places
from gateway.live.feeds import Feeds
from gateway.live.hub import Hub
from gateway.live.log import ChangeLog
from gateway.live.poller import Poller, PollerOptions
from gateway.live.watches import Watches
from gateway.loaders import Loaders
from gateway.model.caller import ANYBODY, Caller
from gateway.model.ids import GlobalId, NodeKind
from gateway.model.page import PageLimits
from gateway.model.seal import Sealer
from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.schema.context import Context
from gateway.schema.schema import make_schema
from gateway.services.alexa.arns import device_arn
from gateway.services.context import ServiceContext
from gateway.services.ingest import ClickType, report_click
from gateway.sources.alexa import AlexaSource
from gateway.sources.fleet import Fleet
from gateway.sources.in_process import InProcessUpstream
from gateway.sources.one_click import OneClickSource
from gateway.sources.upstream import Upstream
from gateway.store.alexa_devices import NewAlexaDevice, add_device
from gateway.store.announcing import AnnouncingDatabase
from gateway.store.claim_codes import add_claim_code
from gateway.store.database import Database
from gateway.store.one_click_devices import register_device
from gateway.store.polled import tenant_of
from tests.clock import Clock
from tests.schema.upstreams import BUTTONS, ECHOES, ONE_CLICK, Place, Ways
from tests.schema.watched import Watched, watched_services

SCHEMA = make_schema()
DOCUMENTS = Documents(SCHEMA._schema, DocumentOptions())
SEALER = Sealer(b"k" * 32)
PATIENCE = 30.0
"""Seconds to wait for what must come; a busy machine is not to look like a loss."""

LATE = timedelta(minutes=10)
"""That an event behind an endpoint may take to be known."""

A, B, C = "G030PM0000000001", "G030PM0000000002", "G030PM0000000003"
EVENTS = "subscription($after: String) { deviceEvents(after: $after) { cursor event { id device { name } } } }"
CHANGES = "subscription($after: String) { deviceChanges(after: $after) { cursor kind deviceId device { name } } }"
OF_IDS = """subscription($ids: [ID!], $after: String) {
  deviceEvents(ids: $ids, after: $after) { event { device { name } } }
}"""


@dataclass(frozen=True, slots=True)
class Options:
    most_kept: int = 10_000
    page: int = 500
    most_waiting: int = 1_000_000
    poll_seconds: float = 60.0
    check_seconds: float = 60.0
    checks_unasked: bool = True
    most: int = 0
    most_of_one: int = 0
    budget: Budget = field(default_factory=Budget)
    endpoint_seconds: float = 0.01
    most_devices: int = 100
    most_listed: int = 5000


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Services that are only reached over HTTP; `context` is theirs."""

    ways: Ways
    context: ServiceContext


@dataclass(frozen=True, slots=True)
class Following:
    """A gateway without its doors. `context`: of the services, whose writes wake it."""

    context: ServiceContext
    clock: Clock
    hub: Hub
    viewers: Viewers
    subscriptions: Subscriptions
    watched: Watched
    fleet: Fleet

    async def open(
        self,
        document: str = EVENTS,
        *,
        caller: Caller = ANYBODY,
        resume: str | None = None,
        viewer: Viewer | None = None,
        **variables: object,
    ) -> Stream:
        plan = make_plan(DOCUMENTS.read(document), None, variables, 30, caller, subscriptions=True)
        return await self.subscriptions.open(plan, viewer or Viewer(caller, caller.id), {}, resume)

    async def refusal(self, document: str = EVENTS, **given: Any) -> dict[str, Any]:  # noqa: ANN401  # as open takes it
        """Why a stream cannot begin: message, code, and what is beside it; nothing stays behind."""
        open_before = self.subscriptions._counts._all
        with pytest.raises(RequestRefused) as refused:
            await self.open(document, **given)
        [error] = refused.value.result.errors
        assert refused.value.result.executed is False
        assert self.subscriptions._counts._all == open_before
        return {"message": error["message"], **error["extensions"]}

    async def buttons(self, *device_ids: str, place: Place = BUTTONS) -> None:
        """Claimed buttons that keep their events."""
        await self.claim(*device_ids, place=place)
        for one in device_ids:
            update = {"DeviceId": one, "Enabled": True}
            await self.watched.one_click.service.call(place.tenant, "UpdateDeviceState", update)

    async def claim(self, *device_ids: str, place: Place = BUTTONS) -> None:
        """Claimed buttons, which come into the list all at once, and keep no events."""
        code = f"C-{device_ids[0]}"
        await self.context.database.write(
            lambda connection: (
                add_claim_code(connection, code, 0),
                [register_device(connection, one, "button", code) for one in device_ids],
            )
        )
        claim = {"ClaimCode": code}
        await self.watched.one_click.service.call(place.tenant, "ClaimDevicesByClaimCode", claim)

    async def echo(self, serial_number: str, place: Place = ECHOES, **members: Any) -> str:  # noqa: ANN401  # any
        arn = device_arn(place.tenant, serial_number, "A1")
        device = NewAlexaDevice(arn, serial_number, "A1", **members)

        def add(connection: Connection) -> bool:
            return add_device(connection, place.tenant, device, 0)

        assert await self.context.database.write(add)
        return arn

    async def press_late(self, device_id: str, by: timedelta) -> None:
        """A press that is known only now."""
        assert await report_click(self.context, device_id, ClickType.SINGLE, self.clock() - by)

    async def press(self, *device_ids: str) -> None:
        """Each once, a millisecond apart."""
        for one in device_ids:
            self.clock.now = self.clock.now.fromtimestamp(self.clock.now.timestamp() + 0.001, self.clock.now.tzinfo)
            await report_click(self.context, one, ClickType.SINGLE)


@asynccontextmanager
async def following(
    database: Database,
    clock: Clock,
    options: Options = Options(),  # frozen
    places: Sequence[Place] = (BUTTONS, ECHOES),
    endpoints: Endpoints | None = None,
) -> AsyncIterator[Following]:
    """Open it on a store; several may be open on the same. `endpoints`: the devices are behind these, else embedded."""
    hub = Hub(ChangeLog(database, _shown(places, endpoints)), options.poll_seconds, options.most_kept, options.page)
    announcing = AnnouncingDatabase(database, hub.wake)
    if endpoints is None:
        context, watched = ServiceContext(announcing, clock, Sealer(bytes(32))), watched_services()
        watched.use(context)
        fleet = Fleet({place.name: _source(place, _straight(watched, place)) for place in places}, SEALER)
    else:
        context, watched = endpoints.context, endpoints.ways.watched
        upstreams = endpoints.ways.by_name["signed HTTP"]
        fleet = Fleet({place.name: _source(place, upstreams[place.name]) for place in places}, SEALER)
    limits = options.most_listed, options.most_devices
    feeding = PollerOptions(options.endpoint_seconds, LATE, timedelta(days=7), str(id(hub)), clock, *limits)
    pollers = {
        name: Poller(source, announcing, feeding)
        for name, source in fleet.sources.items()
        if endpoints is not None and options.endpoint_seconds
    }
    telling = frozenset(fleet.sources) if endpoints is None else frozenset()
    feeds = Feeds(telling, pollers, Watches(announcing, feeding), feeding.seconds)

    def make_context(caller: Caller) -> Context:
        seen = fleet.confined(caller.sources)
        return Context(seen, Loaders(seen), PageLimits(), clock, caller)

    viewers = Viewers(options.check_seconds, clock)
    counts = StreamCounts(options.most, options.most_of_one)
    execution = Execution(Executor(SCHEMA), make_context, options.budget)
    subscriptions = Subscriptions(execution, Live(hub, feeds), viewers, counts, options.most_waiting)
    async with AsyncExitStack() as stack:
        polling = [feeds.run(), *(poller.run() for poller in pollers.values())] if pollers else []
        checking = [viewers.run()] if options.checks_unasked else []
        for work in (hub.run(), *checking, *polling):
            stack.push_async_callback(_stop, asyncio.create_task(work))
        yield Following(context, clock, hub, viewers, subscriptions, watched, fleet)


def _shown(places: Sequence[Place], endpoints: Endpoints | None) -> Places:
    shown: dict[tuple[DeviceService, Tenant], tuple[str, ...]] = {}
    for place in sorted(places, key=lambda place: place.name):
        key = place.service, place.tenant if endpoints is None else tenant_of(place.name)
        shown[key] = (*shown.get(key, ()), place.name)
    return shown


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _straight(watched: Watched, place: Place) -> InProcessUpstream:
    part = watched.one_click if place.service is ONE_CLICK else watched.alexa
    return InProcessUpstream(
        place.name, place.tenant, part.call, part.call_beyond, part.call_many, frozenset(part.beyond)
    )


def _source(place: Place, upstream: Upstream) -> OneClickSource | AlexaSource:
    kind = OneClickSource if place.service is ONE_CLICK else AlexaSource
    return kind(place.name, place.region, upstream, 5000)


async def take(stream: Stream, count: int) -> list[Payload]:
    """The next payloads; none may be missing for long."""
    async with asyncio.timeout(PATIENCE):
        return [await anext(stream) for _ in range(count)]


async def waiting(stream: Stream) -> asyncio.Future[Payload]:
    """A reader that has had all that there was, and waits for what comes."""
    reading = asyncio.ensure_future(anext(stream))
    async with asyncio.timeout(PATIENCE):
        while stream._waiter is None:  # noqa: ASYNC110 - it has no event for that
            await asyncio.sleep(0.001)
    return reading


async def rest(live: Following, stream: Stream) -> list[Payload]:
    """All that is there for the stream by now, however much that is."""
    await live.hub.refresh()
    found = []
    async with asyncio.timeout(PATIENCE):
        while True:
            reading = asyncio.ensure_future(anext(stream))
            while not reading.done() and not _has_all(live, stream):  # noqa: ASYNC110 - it has no event for that
                await asyncio.sleep(0.001)
            if not reading.done():
                reading.cancel()
                return found
            found.append(reading.result())


def _has_all(live: Following, stream: Stream) -> bool:
    at_end = stream._channel.position >= live.hub.end
    return at_end and stream._waiter is not None and stream._last is not None and stream._last.next is None


async def ending(stream: Stream) -> StreamEnded:
    """How the stream ends, which it must at once."""
    with pytest.raises(StreamEnded) as ended:
        await take(stream, 1)
    return ended.value


def told(payloads: Sequence[Payload]) -> list[Any]:
    """What the root field says in each."""
    return [next(iter(orjson.loads(payload.body)["data"].values())) for payload in payloads]


def names(payloads: Sequence[Payload]) -> list[str]:
    """The names of the devices whose events they are."""
    return [one["event"]["device"]["name"] for one in told(payloads)]


def id_of(key: str, kind: NodeKind = NodeKind.ONE_CLICK_DEVICE, source: str = "buttons") -> str:
    return GlobalId(kind, source, key).encode()
