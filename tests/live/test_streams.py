"""Streams lose nothing: each event once, in order, from wherever the client left off."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from gateway.model.device import ConnectionStatus
from gateway.model.ids import NodeKind
from gateway.services.ingest import ClickType, report_click, report_connection
from gateway.store.database import Database
from tests.clock import Clock
from tests.live.following import CHANGES, EVENTS, Following, Options, following, id_of, names, rest, take, told
from tests.schema.upstreams import BUTTONS, ECHOES, ONE_CLICK, Place

A, B, C = "G030PM0000000001", "G030PM0000000002", "G030PM0000000003"


@pytest_asyncio.fixture
async def live(database: Database, clock: Clock) -> AsyncIterator[Following]:
    async with following(database, clock) as opened:
        await opened.buttons(A, B, C)
        yield opened


async def test_events_come_as_they_happen(live: Following) -> None:
    """Each event once, in order; what happened before the stream was opened is not told."""
    await live.press(C)
    stream = await live.open()
    await live.press(A, B, A)

    assert names(await take(stream, 3)) == [A, B, A]
    assert await rest(live, stream) == []


async def test_a_client_resumes_wherever_it_left_off(live: Following) -> None:
    """With the cursor of any payload it gets all that came after, and nothing that it had."""
    stream = await live.open()
    await live.press(A, B, C, A, B)
    had = await take(stream, 5)
    again = [await live.open(after=cursor) for cursor in (stream.start_cursor, *(one.cursor for one in had))]

    assert [names(await rest(live, one)) for one in again] == [
        [A, B, C, A, B],
        [B, C, A, B],
        [C, A, B],
        [A, B],
        [B],
        [],
    ]
    assert [one["cursor"] for one in told(had)] == [one.cursor for one in had]


async def test_what_happens_while_a_client_catches_up_is_not_lost(live: Following) -> None:
    """Between what it missed and what happens now there is no gap, and nothing twice."""
    first = await live.open()
    await live.press(*[A] * 20)
    late = await live.open(after=first.start_cursor)
    got = await take(late, 3)
    await live.press(*[B] * 5)
    got += await take(late, 17)
    await live.press(C)

    assert names(got + await take(late, 6)) == [A] * 20 + [B] * 5 + [C]
    assert names(await take(first, 26)) == [A] * 20 + [B] * 5 + [C]
    assert await rest(live, late) == []


async def test_a_cursor_beside_the_request_goes_before_the_argument(live: Following) -> None:
    """An EventSource that reconnects says where it was in a header; its document says where it once began."""
    stream = await live.open()
    await live.press(A, B, C)
    had = await take(stream, 3)
    again = await live.open(after=stream.start_cursor, resume=had[1].cursor)

    assert await rest(live, again) == [had[2]]


async def test_a_reader_that_is_cancelled_has_lost_nothing(live: Following) -> None:
    """Who stops waiting and reads on later gets what came meanwhile."""
    stream = await live.open()
    for _ in range(3):
        reading = asyncio.create_task(anext(stream))
        await asyncio.sleep(0)
        reading.cancel()
    await live.press(A, B)

    assert names(await take(stream, 2)) == [A, B]


async def test_only_the_devices_named_are_told_of(live: Following) -> None:
    """Of `ids` each device counts once; one that is not there, or not the caller's, adds nothing."""
    gone, elsewhere = id_of("G030PM0000000009"), id_of(A, source="knobs")
    document = "subscription($ids: [ID!]) { deviceEvents(ids: $ids) { event { device { name } } } }"
    two = await live.open(document, ids=[id_of(A), id_of(C), id_of(A), gone, elsewhere])
    none = await live.open(document, ids=[])
    await live.press(A, B, C, A)

    assert names(await rest(live, two)) == [A, C, A]
    assert await rest(live, none) == []


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (["?"], "This is not an id that this gateway gave out."),
        ([id_of("arn", NodeKind.ROOM, "echoes")], "ids holds an id that is not of a device."),
        ([id_of(A)] * 1001, "ids must not hold more than 1000 values."),
    ],
)
async def test_ids_that_are_not_devices_are_refused(live: Following, ids: list[str], message: str) -> None:
    """Nobody waits for ever for the events of something that has none."""
    document = "subscription($ids: [ID!]) { deviceEvents(ids: $ids) { cursor } }"

    refusal = await live.refusal(document, ids=ids)

    assert refusal == {"message": message, "code": "BAD_USER_INPUT", "argument": "ids"}


async def test_changes_tell_what_became_of_a_device(live: Following) -> None:
    """Added, changed, removed, with the device as it is now; null where it is gone."""
    stream = await live.open(CHANGES)
    await live.buttons("G030PM0000000004")
    before = told(await take(stream, 2))
    await live.watched.one_click.service.call(BUTTONS.tenant, "UnclaimDevice", {"DeviceId": "G030PM0000000004"})
    after = told(await take(stream, 1))

    assert [(one["kind"], one["device"]) for one in before] == [
        ("ADDED", {"name": "G030PM0000000004"}),
        ("CHANGED", {"name": "G030PM0000000004"}),
    ]
    assert [(one["kind"], one["device"]) for one in after] == [("REMOVED", None)]
    assert {one["deviceId"] for one in before + after} == {id_of("G030PM0000000004")}


async def test_the_events_of_a_device_that_is_gone_are_gone_with_it(live: Following) -> None:
    """Who comes back finds the events of the devices that are there, as a list of events does."""
    stream = await live.open()
    await stream.aclose()
    await live.press(A, B, A)
    await live.watched.one_click.service.call(BUTTONS.tenant, "UnclaimDevice", {"DeviceId": A})
    again = await live.open(after=stream.start_cursor)

    assert names(await rest(live, again)) == [B]


async def test_a_removed_device_passes_what_is_known_of_it(live: Following) -> None:
    """A filter of its service and its source still tells that it is gone, whatever else the filter asks."""
    document = "subscription($f: DeviceFilter) { deviceChanges(filter: $f) { kind } }"
    filters = [
        {"sources": ["buttons"], "nameContains": "z"},
        {"service": "ONE_CLICK", "enabled": False},
        {"service": "ALEXA_FOR_BUSINESS"},
        {"serialNumbers": ["x"]},
        {"types": []},
    ]
    streams = [await live.open(document, f=one) for one in filters]
    await live.watched.one_click.service.call(BUTTONS.tenant, "UnclaimDevice", {"DeviceId": A})

    assert [told(await rest(live, stream)) for stream in streams] == [[{"kind": "REMOVED"}]] * 2 + [[]] * 3


async def test_devices_of_others_are_not_told_of(database: Database, clock: Clock) -> None:
    """The log has all accounts and regions; a stream has the caller's sources."""
    other = Place("other", ONE_CLICK, "eu-central-1")
    async with following(database, clock) as live, following(database, clock, places=[other]) as neighbour:
        await live.buttons(A)
        await neighbour.buttons(B, place=other)
        mine, theirs = await live.open(), await neighbour.open()
        await live.press(A, B, A, B)

        assert names(await rest(live, mine)) == [A, A]
        assert names(await rest(neighbour, theirs)) == [B, B]


async def test_two_sources_may_show_the_same_devices(database: Database, clock: Clock) -> None:
    """Each tells of them, and a client that left between the two resumes there."""
    twin = Place("twin", ONE_CLICK, BUTTONS.region)
    document = EVENTS.replace("name } }", "source { name } } }")
    async with following(database, clock, places=[twin, BUTTONS]) as live:
        await live.buttons(A)
        stream = await live.open(document)
        await live.press(A, A)
        had = await take(stream, 4)
        again = [await live.open(document, after=one.cursor) for one in had]

        sources = [one["event"]["device"]["source"]["name"] for one in told(had)]
        assert sources == ["buttons", "twin", "buttons", "twin"]
        assert [await rest(live, one) for one in again] == [had[1:], had[2:], had[3:], []]


async def test_events_of_both_services_come_as_lists_show_them(live: Following) -> None:
    """An event has the same id and the same raw form in a stream as in a list."""
    arn = await live.echo("G090LF01")
    raw = "event { id raw timestamp device { id } }"
    stream = await live.open(f"subscription {{ deviceEvents {{ {raw} }} }}")
    await live.press(A)
    await report_connection(live.context, ECHOES.tenant, arn, ConnectionStatus.OFFLINE)
    [click, connection] = [one["event"] for one in told(await take(stream, 2))]

    assert click["device"]["id"] == id_of(A)
    assert connection["device"]["id"] == id_of(arn, NodeKind.ALEXA_DEVICE, "echoes")
    assert connection["raw"] == {"Type": "CONNECTION_STATUS", "Value": "OFFLINE", "Timestamp": 1715938200.001}
    assert click["raw"]["stdEvent"]["clickType"] == "SINGLE"
    assert click["raw"]["device"] == {"attributes": {}, "deviceId": A, "type": "button"}


async def test_a_small_memory_loses_nothing(database: Database, clock: Clock) -> None:
    """What is not kept in memory any more is read from the store."""
    async with following(database, clock, Options(most_kept=3, page=2)) as live:
        await live.buttons(A, B)
        stream = await live.open()
        presses = [A, B, B, A, A, A, B, A, B, B]
        await live.press(*presses)
        had = await take(stream, 10)
        again = [await live.open(after=one.cursor) for one in had]

        assert names(had) == presses
        assert [await rest(live, one) for one in again] == [had[number + 1 :] for number in range(10)]


async def test_replicas_follow_each_other(database: Database, clock: Clock) -> None:
    """What one process writes another tells, and a cursor of one is good at the other."""
    options = Options(poll_seconds=0.02)
    async with following(database, clock, options) as one, following(database, clock, options) as other:
        await one.buttons(A, B)
        stream = await other.open()
        await one.press(A, B)
        had = await take(stream, 2)
        again = await one.open(after=had[0].cursor)
        clock.advance(timedelta(seconds=1))
        await report_click(other.context, A, ClickType.LONG)

        assert names(had) == [A, B]
        assert names(await take(again, 2)) == [B, A]
