"""Sources that cannot tell by themselves what happens are looked at: once for all, and only while somebody follows."""

import asyncio
from datetime import datetime, timedelta

from gateway.model.device import ConnectionStatus
from gateway.model.ids import NodeKind
from gateway.services.ingest import report_connection
from gateway.store.database import Database
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
    following,
    id_of,
    names,
    rest,
    take,
    told,
)
from tests.schema.upstreams import BUTTONS, ECHOES


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
