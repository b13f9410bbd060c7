"""How much of sources is looked at that cannot tell by themselves what happens, and by whom."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import Connection, select

from gateway.execution.stream import Stream
from gateway.live.poller import Poller
from gateway.store.announcing import AnnouncingDatabase, Result
from gateway.store.database import Database
from gateway.store.leases import end_lease, take_lease
from gateway.store.tables import leases, watches
from gateway.wire.errors import ServiceError
from tests.clock import Clock
from tests.live.following import (
    CHANGES,
    OF_IDS,
    A,
    B,
    C,
    Endpoints,
    Following,
    Options,
    ending,
    following,
    id_of,
    names,
    rest,
    take,
    told,
)
from tests.schema.upstreams import BUTTONS

LEASE = "poll buttons"


async def test_devices_that_are_looked_at_are_limited(database: Database, clock: Clock, endpoints: Endpoints) -> None:
    """So many of a source, in all; who wants more is told, and looks at nothing more."""
    options = Options(most_devices=2)
    async with following(database, clock, options, endpoints=endpoints) as live:
        await live.buttons(A, B, C)
        await live.open(OF_IDS, ids=[id_of(A), id_of(B)])
        await live.open(OF_IDS, ids=[id_of(B)])
        one_more = await live.refusal(OF_IDS, ids=[id_of(C)])
        all_of_them = await live.refusal(OF_IDS)

        assert one_more == {
            "message": "Of source buttons the events of at most 2 devices are followed at once.",
            "code": "LIMIT_EXCEEDED",
        }
        assert all_of_them["code"] == "SCAN_LIMIT"
        assert sorted(live.subscriptions._live.feeds._followed) == [("buttons", A), ("buttons", B)]


async def test_a_fleet_that_grows_beyond_the_limit_ends_its_streams(
    database: Database, clock: Clock, endpoints: Endpoints
) -> None:
    """At every process, with the words of a refusal and a cursor; those of single devices go on, and nothing is lost
    to who resumes where there is room.
    """
    async with (
        following(database, clock, Options(most_devices=2), endpoints=endpoints) as live,
        following(database, clock, Options(most_devices=2), endpoints=endpoints) as other,
    ):
        await live.buttons(A, B)
        of_one, *of_all = await live.open(OF_IDS, ids=[id_of(A)]), await live.open(), await other.open()
        await live.press(A)
        had = [await take(stream, 1) for stream in (of_one, *of_all)]
        await live.buttons(C)
        ends = [await ending(stream) for stream in of_all]
        await live.press(C, A)
        went_on = await take(of_one, 1)
        clock.advance(timedelta(seconds=1))
        again = await live.refusal()
    async with following(database, clock, Options(most_devices=3), endpoints=endpoints) as larger:
        resumed = await larger.open(after=ends[0].cursor)
        missed = await take(resumed, 2)

        message = "Source buttons has more than 2 devices to follow at once; name some by ids."
        assert [names(one) for one in had] == [[A]] * 3
        assert [(one.code, one.message) for one in ends] == [("SCAN_LIMIT", message)] * 2
        assert [one.cursor for one in ends] == [payload.cursor for [payload] in had[1:]]
        assert names(went_on) == [A]
        assert again == {"message": message, "code": "SCAN_LIMIT"}
        assert names(missed) == [A, C]
        assert await rest(larger, resumed) == []


async def test_a_list_longer_than_the_scan_limit_ends_its_streams(
    database: Database, clock: Clock, endpoints: Endpoints
) -> None:
    """Changes of a fleet are followed up to the limit; beyond it nobody waits for what nobody reads."""
    async with following(database, clock, Options(most_listed=2), endpoints=endpoints) as live:
        await live.buttons(A, B)
        stream = await live.open(CHANGES)
        await live.buttons(C)
        end = await ending(stream)
        clock.advance(timedelta(seconds=1))
        again = await live.refusal(CHANGES)

        message = "Source buttons has more than 2 devices to follow at once; leave it out by the filter."
        assert (end.code, end.message, end.cursor) == ("SCAN_LIMIT", message, stream.start_cursor)
        assert again == {"message": message, "code": "SCAN_LIMIT"}


async def test_who_comes_at_once_does_not_pass_the_limit_together(
    database: Database, clock: Clock, endpoints: Endpoints
) -> None:
    """Of clients that ask two processes in the same moment, as many devices are looked at as the limit lets."""
    options, ids = Options(most_devices=2), [f"G030PM000000000{number}" for number in range(6)]
    async with (
        following(database, clock, options, endpoints=endpoints) as live,
        following(database, clock, options, endpoints=endpoints) as other,
    ):
        await live.buttons(*ids)
        asked = [[live, other][number % 2].open(OF_IDS, ids=[id_of(one)]) for number, one in enumerate(ids)]
        opened = [isinstance(one, Stream) for one in await asyncio.gather(*asked, return_exceptions=True)]
        looked_at = await database.read(lambda connection: connection.execute(select(watches.c.device)).scalars().all())

        assert sum(opened) == 2
        assert sorted(looked_at) == [one for one, is_open in zip(ids, opened, strict=True) if is_open]


@asynccontextmanager
async def held_look(live: Following, *device_ids: str) -> AsyncIterator[None]:
    """Buttons more, in a list that a look has asked for; it gets that at the end."""
    one_click = live.watched.one_click
    one_click.failing[BUTTONS.region, None] = ServiceError("InternalFailure", "down")
    await live.claim(*device_ids)
    answered, go_on = one_click.held = asyncio.Event(), asyncio.Event()
    one_click.failing.clear()
    try:
        async with asyncio.timeout(30):
            await answered.wait()
        yield
    finally:
        one_click.held = None
        go_on.set()


async def test_a_look_that_takes_long_keeps_its_lease(database: Database, clock: Clock, endpoints: Endpoints) -> None:
    """However slow a service is, one process looks at it, and no other begins to meanwhile."""
    async with following(database, clock, endpoints=endpoints) as live:
        await live.buttons(A)
        stream = await live.open(CHANGES)
        async with held_look(live, B):
            for _ in range(3):
                clock.advance(timedelta(minutes=1))
                async with asyncio.timeout(30):
                    while await lease_until(database) < clock().timestamp() * 1000:  # noqa: ASYNC110 - it has no event
                        await asyncio.sleep(0.001)

        assert [one["kind"] for one in told(await take(stream, 1))] == ["ADDED"]


class LosingLeases(AnnouncingDatabase):
    """Loses the writes that prolong a lease, while it is told to."""

    is_lost = False
    lost = 0

    async def write(self, function: Callable[[Connection], Result]) -> Result:
        if self.is_lost and getattr(function, "__name__", "") == Poller._take_lease.__name__:
            self.lost += 1
            raise OSError
        return await super().write(function)


async def test_a_store_that_fails_once_does_not_end_a_lease(
    database: Database, clock: Clock, endpoints: Endpoints
) -> None:
    """The process that looks goes on to keep the others waiting."""
    losing = LosingLeases(database, lambda: None)
    async with following(losing, clock, endpoints=endpoints) as live:
        await live.buttons(A)
        stream = await live.open(CHANGES)
        async with held_look(live, B), asyncio.timeout(30):
            losing.is_lost = True
            while not losing.lost:  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.001)
            losing.is_lost = False
            clock.advance(timedelta(minutes=1))
            while await lease_until(database) < clock().timestamp() * 1000:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.001)

        assert [one["kind"] for one in told(await take(stream, 1))] == ["ADDED"]


class HeldLeases(AnnouncingDatabase):
    """Takes a lease, and does not get to say so."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, lambda: None)
        self.taken = asyncio.Event()

    async def write(self, function: Callable[[Connection], Result]) -> Result:
        result = await super().write(function)
        if getattr(function, "__name__", "") == Poller._take_lease.__name__:
            self.taken.set()
            await asyncio.Event().wait()
        return result


async def test_who_ends_while_it_takes_a_lease_leaves_none(
    database: Database, clock: Clock, endpoints: Endpoints
) -> None:
    """The next process need not wait until it has run out."""
    held = HeldLeases(database)
    async with following(held, clock, endpoints=endpoints) as live:
        opening = asyncio.create_task(live.open(CHANGES))
        async with asyncio.timeout(30):
            await held.taken.wait()
        opening.cancel()
        await asyncio.wait([opening])

    of_any = select(leases.c.holder).where(leases.c.name == LEASE)
    assert await database.read(lambda connection: connection.execute(of_any).all()) == []


async def lease_until(database: Database) -> int:
    statement = select(leases.c.until).where(leases.c.name == LEASE)
    return await database.read(lambda connection: connection.execute(statement).scalar_one())


async def test_a_look_that_was_overtaken_tells_nothing(database: Database, clock: Clock, endpoints: Endpoints) -> None:
    """A process that comes to itself after another has begun to look leaves it to that one, and nothing comes twice."""
    far = 10**15
    async with following(database, clock, endpoints=endpoints) as live:
        await live.buttons(A)
        stream = await live.open(CHANGES)
        async with held_look(live, B):
            assert await database.write(lambda connection: take_lease(connection, LEASE, "another", far, far + 1))
        poller = live.subscriptions._live.feeds._pollers["buttons"]
        async with asyncio.timeout(30):
            while poller._holds:  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.001)
        overtaken = await rest(live, stream)
        await database.write(lambda connection: end_lease(connection, LEASE, "another"))

        assert overtaken == []
        assert [(one["kind"], one["deviceId"]) for one in told(await take(stream, 1))] == [("ADDED", id_of(B))]
        assert await rest(live, stream) == []
