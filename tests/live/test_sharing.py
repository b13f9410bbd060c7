"""What many subscribed to is done once; what ends is let go of."""

from msgspec.structs import replace

from gateway.execution.plan import make_plan
from gateway.execution.viewers import Viewer
from gateway.model.caller import ALL_SCOPES, ANYBODY, Caller, Scope
from gateway.store.database import Database
from tests.clock import Clock
from tests.live.following import DOCUMENTS, EVENTS, Options, following, id_of, names, rest, take
from tests.schema.upstreams import BUTTONS

A, B = "G030PM0000000001", "G030PM0000000002"


async def test_equal_subscriptions_are_executed_once(database: Database, clock: Clock) -> None:
    """The same bytes go to all, and the device is read once, however many watch and wherever they began."""
    async with following(database, clock) as live:
        await live.buttons(A)
        first = await live.open()
        streams = [await live.open(after=first.start_cursor) for _ in range(10)]
        callers = [replace(ANYBODY, id=f"key:{number}") for number in range(5)]
        streams += [await live.open(caller=one) for one in callers]
        live.watched.one_click.reached.clear()
        await live.press(A)
        payloads = [(await take(stream, 1))[0] for stream in [first, *streams]]

        assert len({id(payload.body) for payload in payloads}) == 1
        assert live.watched.one_click.reached == [(BUTTONS.region, "DescribeDevice", 1)]


async def test_clients_that_resume_at_once_share_what_they_missed(database: Database, clock: Clock) -> None:
    """Each change that they missed is executed once for all of them, and the log is read for all at once."""
    async with following(database, clock) as live:
        await live.buttons(A, B)
        stream = await live.open()
        await live.press(*[A, B] * 10)
        had = await take(stream, 20)
    async with following(database, clock) as live:
        streams = [await live.open(after=had[number].cursor) for number in range(20)]
        live.watched.one_click.reached.clear()
        got = [await rest(live, one) for one in streams]

        assert got == [had[number + 1 :] for number in range(20)]
        assert len(live.watched.one_click.reached) == 19


async def test_subscriptions_that_differ_share_nothing(database: Database, clock: Clock) -> None:
    """Other variables, another operation, other fields, other scopes, another reach: each has its own payloads."""
    document = """
        query Unused { sources { name } }
        subscription One($n: Int) { deviceEvents { event { device { name events(first: $n) { nodes { id } } } } } }
    """
    confined = Caller("key:1", authenticated=True, scopes=ALL_SCOPES, sources=frozenset({"buttons"}))
    reader = replace(ANYBODY, scopes=frozenset({Scope.DEVICES_READ}))
    async with following(database, clock) as live:
        for caller in (ANYBODY, reader, confined):
            await live.open(caller=caller)
        await live.open(EVENTS.replace("{ id", "{ raw id"))
        one = document.partition("}")[2].partition("}")[2]
        for number in (1, 2):
            await live.open(one, n=number)

        assert len(live.subscriptions._channels) == 6


async def test_a_variable_that_resumes_and_more_is_not_left_out(database: Database, clock: Clock) -> None:
    """A value that payloads depend on keeps subscriptions apart, whatever else it is used for."""
    document = """subscription($after: String) {
        deviceEvents(after: $after) { event { device { name events(first: 1, after: $after) { nodes { id } } } } }
    }"""
    async with following(database, clock) as live:
        first = await live.open(document)
        await live.open(document, after=first.start_cursor)

        assert len(live.subscriptions._channels) == 2


async def test_who_leaves_is_let_go_of(database: Database, clock: Clock) -> None:
    """With the last of them nothing is read, kept or executed for a subscription any more."""
    async with following(database, clock, Options(poll_seconds=0.001)) as live:
        await live.buttons(A)
        streams = [await live.open() for _ in range(3)]
        await live.press(A)
        await take(streams[0], 1)
        for stream in streams:
            await stream.aclose()
        live.watched.one_click.reached.clear()
        await live.press(A)

        assert not live.hub.is_followed
        assert live.subscriptions._channels == {}
        assert live.subscriptions._counts._of == {}
        assert live.viewers._standings == {}
        assert live.watched.one_click.reached == []
        assert [one async for one in streams[1]] == []


async def test_one_device_wakes_those_who_watch_it(database: Database, clock: Clock) -> None:
    """Who follows other devices is not asked about each change."""
    document = "subscription($ids: [ID!]) { deviceEvents(ids: $ids) { event { device { name } } } }"
    async with following(database, clock) as live:
        await live.buttons(A, B)
        watching = {name: await live.open(document, ids=[id_of(name)]) for name in (A, B)}
        await live.press(A)
        await take(watching[A], 1)

        assert watching[B]._channel._at is None
        assert watching[B]._channel.position == live.hub.end
        await live.press(B)
        assert names(await take(watching[B], 1)) == [B]


async def test_a_document_is_looked_through_once(database: Database, clock: Clock) -> None:
    """What its payloads depend on is found out for each operation when the first client comes, and then known."""
    text = """
        query Q { __typename }
        subscription A($ids: [ID!], $after: String) { deviceEvents(ids: $ids, after: $after) { cursor } }
        subscription B($after: String) { deviceChanges(after: $after) { cursor } }
    """
    document = DOCUMENTS.read(text)
    async with following(database, clock) as live:
        for name in ("A", "B", "A"):
            plan = make_plan(document, name, {}, 30, subscriptions=True)
            await live.subscriptions.open(plan, Viewer(ANYBODY, ANYBODY.id), {})

    assert document.telling == {"A": {"ids"}, "B": set()}
