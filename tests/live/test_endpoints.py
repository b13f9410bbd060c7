"""Sources that cannot tell by themselves what happens are looked at: once for all, and only while somebody follows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from sqlalchemy import select

from gateway.execution.stream import Stream
from gateway.model.device import ConnectionStatus
from gateway.model.ids import NodeKind
from gateway.services.ingest import report_connection
from gateway.store.database import Database
from gateway.store.leases import end_lease, take_lease
from gateway.store.tables import leases, watches
from gateway.wire.errors import ServiceError
from tests.clock import Clock
from tests.live.following import (
    CHANGES,
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
from tests.schema.upstreams import BUTTONS, ECHOES

A, B, C = "G030PM0000000001", "G030PM0000000002", "G030PM0000000003"
LEASE = "poll buttons"
OF_IDS = """subscription($ids: [ID!], $after: String) {
  deviceEvents(ids: $ids, after: $after) { event { device { name } } }
}"""


def polls(live: Following) -> list[str]:
    """The devices whose events were asked for since it was last asked, in turn."""
    found = [operation for _, operation, _ in live.watched.one_click.reached]
    live.watched.one_click.reached.clear()
    return found


async def rounds(live: Following, count: int) -> None:
    """Wait until the source was looked at so many times more."""
    seen = len(live.watched.one_click.reached)
    async with asyncio.timeout(30):
        while len(live.watched.one_click.reached) < seen + count:  # noqa: ASYNC110 - a look has no event
            await asyncio.sleep(0.001)


async def test_events_behind_an_endpoint_are_told(database: Database, clock: Clock, endpoints: Endpoints) -> None:
    """Of both services: what happens after the stream was opened, once, as a list of events shows it."""
    async with following(database, clock, endpoints=endpoints) as live:
        await live.buttons(A, B)
        arn = await live.echo("G090LF01")
        await live.press(A)
        stream = await live.open()
        await live.press(B)
        await report_connection(live.context, ECHOES.tenant, arn, ConnectionStatus.OFFLINE)
        had = await take(stream, 2)
        clock.advance(timedelta(seconds=1))
        await live.press(A)
        had += await take(stream, 1)

        assert sorted(names(had[:2])) == [B, "G090LF01"]
        assert names(had[2:]) == [A]
        assert await rest(live, stream) == []


async def test_what_happened_while_nobody_looked_is_told_to_who_resumes(
    database: Database, clock: Clock, endpoints: Endpoints
) -> None:
    """The service remembers: a client that comes back an hour later gets all of it, one that comes anew nothing."""
    async with following(database, clock, endpoints=endpoints) as live:
        await live.buttons(A)
        stream = await live.open(OF_IDS, ids=[id_of(A)])
        await live.press(A)
        [had] = await take(stream, 1)
        await stream.aclose()
        clock.advance(timedelta(hours=1))
        await live.press(A, A)
        clock.advance(timedelta(hours=1))
    async with following(database, clock, endpoints=endpoints) as live:
        anew = await live.open(OF_IDS, ids=[id_of(A)])
        again = await live.open(OF_IDS, ids=[id_of(A)], after=had.cursor)

        assert names(await rest(live, again)) == [A, A]
        assert await rest(live, anew) == []


async def test_what_is_known_late_is_told(database: Database, clock: Clock, endpoints: Endpoints) -> None:
    """An event that reached its service within the time allowed is told, once, even one from before the stream began;
    what was known before it began is not.
    """
    async with following(database, clock, endpoints=endpoints) as live:
        await live.buttons(A)
        await live.press(A)
        stream = await live.open(OF_IDS.replace("device {", "timestamp device {"), ids=[id_of(A)])
        late, heard = [timedelta(minutes=9, seconds=59), timedelta(seconds=100), timedelta(minutes=5)], []
        for by in late:
            at = clock()
            await live.press_late(A, by)
            clock.advance(timedelta(seconds=61))
            [payload] = told(await take(stream, 1))
            heard.append(at - datetime.fromisoformat(payload["event"]["timestamp"]))

        assert heard == late
        assert await rest(live, stream) == []


async def test_what_is_known_too_late_is_not_looked_for(database: Database, clock: Clock, endpoints: Endpoints) -> None:
    """A look goes back by a bounded time, the same whenever the process that looks has begun."""
    async with following(database, clock, endpoints=endpoints) as live:
        await live.buttons(A)
        stream = await live.open(OF_IDS, ids=[id_of(A)])
        clock.advance(timedelta(hours=1))
        await rounds(live, 2)
        await live.press_late(A, timedelta(minutes=12))
        clock.advance(timedelta(seconds=61))
        await rounds(live, 2)
        await live.press(A)

        assert len(await take(stream, 1)) == 1
        assert await rest(live, stream) == []


async def test_a_device_is_looked_at_once_for_all_who_watch(
    database: Database, clock: Clock, endpoints: Endpoints
) -> None:
    """However many clients and processes follow it: a round asks once for its events; after the last left, nobody."""
    async with (
        following(database, clock, endpoints=endpoints) as live,
        following(database, clock, endpoints=endpoints) as other,
    ):
        await live.buttons(A)
        streams = [await one.open(OF_IDS, ids=[id_of(A)]) for one in (live, live, other, other, live)]
        live.watched.one_click.reached.clear()
        await rounds(live, 5)
        looks = polls(live)
        known = [len(one.subscriptions._live.feeds._pollers["buttons"]._known) for one in (live, other)]
        await live.press(A)
        told_to = [names(await take(stream, 1)) for stream in streams]
        for stream in streams:
            await stream.aclose()
        await nobody_looks(database)
        live.watched.one_click.reached.clear()
        for one in (live, other):
            await one.subscriptions._live.feeds._pollers["buttons"].look()

        assert set(looks) == {"ListDeviceEvents"}
        assert sorted(known) == [0, 1]
        assert told_to == [[A]] * 5
        assert polls(live) == []


async def nobody_looks(database: Database) -> None:
    """Wait until nothing is followed, and whoever looked has let go."""
    async with asyncio.timeout(30):
        for table in (watches, leases):
            while await database.read(lambda connection, table=table: connection.execute(table.select()).all()):  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.001)


async def test_another_process_looks_where_the_first_has_left(
    database: Database, clock: Clock, endpoints: Endpoints
) -> None:
    """A process that stops leaves its source to the others at once, and nothing is lost in between."""
    async with following(database, clock, Options(poll_seconds=0.01), endpoints=endpoints) as other:
        async with following(database, clock, endpoints=endpoints) as live:
            await live.buttons(A)
            await live.open(OF_IDS, ids=[id_of(A)])
            stream = await other.open(OF_IDS, ids=[id_of(A)])
            await live.press(A)
            had = await take(stream, 1)
        await other.press(A, A)

        assert names(had + await take(stream, 2)) == [A, A, A]


async def test_changes_behind_an_endpoint_are_told(database: Database, clock: Clock, endpoints: Endpoints) -> None:
    """What a list says differently than before: a device more, one less, one changed."""
    async with following(database, clock, endpoints=endpoints) as live:
        await live.buttons(A, B)
        stream = await live.open(CHANGES)
        await live.claim(C)
        added = told(await take(stream, 1))
        one_click = live.watched.one_click.service
        await one_click.call(BUTTONS.tenant, "UnclaimDevice", {"DeviceId": A})
        removed = told(await take(stream, 1))
        await one_click.call(BUTTONS.tenant, "UpdateDeviceState", {"DeviceId": B, "Enabled": False})
        changed = told(await take(stream, 1))

        assert [(one["kind"], one["deviceId"]) for one in added + removed + changed] == [
            ("ADDED", id_of(C)),
            ("REMOVED", id_of(A)),
            ("CHANGED", id_of(B)),
        ]


async def test_changes_are_found_after_a_quiet_time(database: Database, clock: Clock, endpoints: Endpoints) -> None:
    """What became different while nobody looked is told to who resumes."""
    document = CHANGES.replace("cursor kind", "kind")
    async with following(database, clock, endpoints=endpoints) as live:
        await live.buttons(A)
        stream = await live.open(document)
        await stream.aclose()
    async with following(database, clock, endpoints=endpoints) as live:
        await live.buttons(B)
        clock.advance(timedelta(hours=1))
        again = await live.open(document, after=stream.start_cursor)

        assert [(one["kind"], one["deviceId"]) for one in told(await rest(live, again))] == [("ADDED", id_of(B))]


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


async def test_who_comes_back_is_looked_at_again(database: Database, clock: Clock, endpoints: Endpoints) -> None:
    """Leaving and coming in one breath, again and again: what is followed at the end is looked at."""
    async with following(database, clock, endpoints=endpoints) as live:
        await live.buttons(A)
        stream = await live.open(OF_IDS, ids=[id_of(A)])
        for _ in range(20):
            await stream.aclose()
            stream = await live.open(OF_IDS, ids=[id_of(A)])
        await live.press(A)

        assert names(await take(stream, 1)) == [A]


async def test_a_source_that_is_not_looked_at_is_refused(
    database: Database, clock: Clock, endpoints: Endpoints
) -> None:
    """Nobody waits for ever for what nobody looks at."""
    async with following(database, clock, Options(endpoint_seconds=0), endpoints=endpoints) as live:
        refusal = await live.refusal()

        assert refusal == {
            "message": "Source buttons cannot be followed: nothing tells what happens behind it.",
            "code": "BAD_USER_INPUT",
        }


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


async def test_a_source_that_fails_is_looked_at_again(database: Database, clock: Clock, endpoints: Endpoints) -> None:
    """What happened while a source was down is told once it is back."""
    async with following(database, clock, endpoints=endpoints) as live:
        await live.buttons(A)
        stream = await live.open(OF_IDS, ids=[id_of(A)])
        live.watched.one_click.failing[BUTTONS.region, None] = ServiceError("InternalFailure", "down")
        await live.press(A)
        await rounds(live, 3)
        clock.advance(timedelta(hours=1))
        await rounds(live, 3)
        live.watched.one_click.failing.clear()

        assert names(await take(stream, 1)) == [A]


async def test_an_id_of_nothing_adds_nothing(database: Database, clock: Clock, endpoints: Endpoints) -> None:
    """A device that is not there, or of another service, is waited for without harm to the others."""
    ids = [id_of(A), id_of("G030PM0000000009"), id_of("arn:x", NodeKind.ALEXA_DEVICE, "echoes")]
    async with following(database, clock, endpoints=endpoints) as live:
        await live.buttons(A)
        stream = await live.open(OF_IDS, ids=ids)
        await live.press(A)

        assert names(await take(stream, 1)) == [A]
