"""How streams end before their clients wish so: with a code, and a cursor that nothing is lost from."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from gateway.execution.budget import COST, Budget
from gateway.execution.viewers import Viewer
from gateway.limits.rate import Rate
from gateway.limits.rate_memory import MemoryRates
from gateway.model.caller import ALL_SCOPES, Caller, Scope
from gateway.store.database import Database
from gateway.store.retention import delete_changes_before
from gateway.store.times import milliseconds
from gateway.wire.errors import ServiceError
from tests.clock import Clock
from tests.live.following import CHANGES, EVENTS, Options, ending, following, names, rest, take, waiting
from tests.schema.upstreams import BUTTONS

A, B = "G030PM0000000001", "G030PM0000000002"
KEY = Caller("key:1", authenticated=True, scopes=ALL_SCOPES)


async def test_a_client_that_reads_too_slowly_is_let_go(database: Database, clock: Clock) -> None:
    """Its stream ends with the cursor of the last payload that it took; what came after is there when it resumes."""
    async with following(database, clock, Options(most_waiting=500)) as live:
        await live.buttons(A, B)
        stream, quick = await live.open(), await live.open()
        presses = [A, B] * 4
        reading = await waiting(stream)
        await live.press(A)
        had = [await reading]
        for one in presses:
            await live.press(one)
            await take(quick, 1)
        end = await ending(stream)
        again = await live.open(after=end.cursor)

        assert (end.code, end.cursor) == ("SLOW_CONSUMER", had[0].cursor)
        assert end.error["extensions"] == {"code": "SLOW_CONSUMER", "cursor": had[0].cursor}
        assert names(await rest(live, again)) == presses
        assert stream._last is None
        assert names(await take(quick, 1)) == [B]


async def test_a_cursor_older_than_the_log_is_told(database: Database, clock: Clock) -> None:
    """Who was away for longer than the log is kept begins anew; who was just in time does not."""
    async with following(database, clock) as live:
        await live.buttons(A)
        first = await live.open()
        await live.press(A, A)
        had = await take(first, 2)
        await first.aclose()
        clock.advance(timedelta(days=8))
        await live.press(A)
        await delete_changes_before(database, milliseconds(clock() - timedelta(days=7)))
    async with following(database, clock) as live:
        refusals = [await live.refusal(after=cursor) for cursor in (first.start_cursor, had[0].cursor)]
        again = await live.open(after=had[1].cursor)

        assert [one["code"] for one in refusals] == ["CURSOR_EXPIRED"] * 2
        assert names(await rest(live, again)) == [A]


async def test_a_log_that_was_deleted_wholly_knows_how_far_it_went(database: Database, clock: Clock) -> None:
    """After a long quiet time the last cursor is still good, and one before it has expired."""
    async with following(database, clock) as live:
        await live.buttons(A)
        first = await live.open()
        await live.press(A, A)
        had = await take(first, 2)
    clock.advance(timedelta(days=8))
    assert await delete_changes_before(database, milliseconds(clock())) > 0
    async with following(database, clock) as live:
        refusal = await live.refusal(after=had[0].cursor)
        again = await live.open(after=had[1].cursor)
        await live.press(A)

        assert refusal["code"] == "CURSOR_EXPIRED"
        assert names(await take(again, 1)) == [A]


async def test_a_stream_that_falls_behind_the_log_is_told(database: Database, clock: Clock) -> None:
    """What was deleted while a client caught up is not passed over in silence."""
    async with following(database, clock, Options(most_kept=2, page=2)) as live:
        await live.buttons(A)
        first = await live.open()
        await live.press(*[A] * 8)
        await take(first, 8)
        late = await live.open(after=first.start_cursor)
        had = await take(late, 1)
        await delete_changes_before(database, milliseconds(clock() + timedelta(days=1)))
        got = []
        end = None
        while end is None:
            try:
                got += await take(late, 1)
            except Exception as error:  # noqa: BLE001 - looked at below
                end = error

        assert getattr(end, "code", end) == "CURSOR_EXPIRED"
        assert getattr(end, "cursor", None) == [*had, *got][-1].cursor
        assert len(got) < 7


async def test_a_cursor_of_a_log_that_was_put_back_has_expired(database: Database, clock: Clock) -> None:
    """A store brought back from an older copy does not pretend to know what its clients have seen."""
    async with following(database, clock) as live:
        await live.buttons(A)
        cursors = (await live.open())._channel.watch.cursors
        assert (await live.refusal(after=cursors.seal((10_000, "~"))))["code"] == "CURSOR_EXPIRED"


@pytest.mark.parametrize(
    "other",
    [
        "subscription($after: String) { deviceChanges(after: $after) { cursor } }",
        'subscription($after: String) { deviceEvents(after: $after, filter: { types: ["button"] }) { cursor } }',
        "subscription($after: String) { deviceEvents(after: $after, filter: { enabled: false }) { cursor } }",
        'subscription($after: String) { deviceEvents(after: $after, filter: { sources: ["buttons"] }) { cursor } }',
        "subscription($after: String) { deviceEvents(after: $after, ids: []) { cursor } }",
    ],
)
async def test_a_cursor_of_another_subscription_is_refused(database: Database, clock: Clock, other: str) -> None:
    """A cursor is good for what it was given for: another field, filter or list of ids has its own."""
    async with following(database, clock) as live:
        cursor = (await live.open()).start_cursor

        refusal = await live.refusal(other, after=cursor)

        assert (refusal["code"], refusal["argument"]) == ("BAD_USER_INPUT", "after")
        assert await live.open(after=cursor)


@pytest.mark.parametrize("cursor", ["", "?", "AAAA", "W10", "é"])
async def test_what_is_no_cursor_is_refused(database: Database, clock: Clock, cursor: str) -> None:
    """Made up, cut short or empty: the argument is named."""
    async with following(database, clock) as live:
        refusal = await live.refusal(after=cursor)

        assert (refusal["code"], refusal["argument"]) == ("BAD_USER_INPUT", "after")


async def test_a_cursor_of_a_caller_who_sees_other_sources_is_refused(database: Database, clock: Clock) -> None:
    """Nobody resumes where somebody of another reach left off; with the same reach any of one's keys will do."""
    confined = replace(KEY, sources=frozenset({"buttons"}))
    async with following(database, clock) as live:
        cursor = (await live.open(caller=confined)).start_cursor
        refusals = [
            await live.refusal(after=cursor, caller=one)
            for one in (KEY, replace(KEY, sources=frozenset()), replace(KEY, sources=frozenset({"echoes"})))
        ]

        assert [(one["code"], one["argument"]) for one in refusals] == [("BAD_USER_INPUT", "after")] * 3
        assert await live.open(after=cursor, caller=replace(confined, id="key:2"))


async def test_a_caller_sees_its_sources_only(database: Database, clock: Clock) -> None:
    """Confinement holds on every payload as it does on a query, by ids and without."""
    echoes = replace(KEY, sources=frozenset({"echoes"}))
    async with following(database, clock) as live:
        await live.buttons(A)
        everything, nothing = await live.open(caller=KEY), await live.open(caller=echoes)
        await live.press(A)

        assert names(await rest(live, everything)) == [A]
        assert await rest(live, nothing) == []


async def test_who_may_not_read_devices_may_not_follow_them(database: Database, clock: Clock) -> None:
    """A scope is asked for before anything is opened."""
    async with following(database, clock) as live:
        refusals = [await live.refusal(one, caller=replace(KEY, scopes=frozenset())) for one in (EVENTS, CHANGES)]

        assert {one["code"] for one in refusals} == {"FORBIDDEN"}


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (None, "UNAUTHENTICATED"),
        (replace(KEY, scopes=ALL_SCOPES - {Scope.DEVICES_WRITE}), "FORBIDDEN"),
        (replace(KEY, sources=frozenset({"buttons"})), "FORBIDDEN"),
    ],
)
async def test_what_is_taken_away_ends_the_stream(
    database: Database, clock: Clock, now: Caller | None, code: str
) -> None:
    """A key revoked, a scope or a source taken away: the stream ends soon, whether or not anything happens."""
    stands: list[Caller | None] = [KEY]

    async def refresh() -> Caller | None:
        return stands[-1]

    async with following(database, clock, Options(check_seconds=0.005)) as live:
        await live.buttons(A)
        stream = await live.open(caller=KEY, viewer=Viewer(KEY, "key:1", refresh))
        other = await live.open()
        await live.press(A)
        had = await take(stream, 1)
        stands.append(now)
        end = await ending(stream)
        await live.press(A)

        assert (end.code, end.cursor) == (code, had[0].cursor)
        assert names(await take(other, 2)) == [A, A]


@pytest.mark.parametrize(("seconds", "looks"), [(60.0, 1), (0.0, 6)])
async def test_a_look_is_good_for_its_time(database: Database, clock: Clock, seconds: float, looks: int) -> None:
    """Until then it is good for every payload of every stream of the caller; after that each is looked at again."""
    looked: list[Caller] = []

    async def refresh() -> Caller:
        looked.append(KEY)
        return KEY

    async with following(database, clock, Options(check_seconds=seconds, checks_unasked=False)) as live:
        await live.buttons(A)
        streams = [await live.open(caller=KEY, viewer=Viewer(KEY, "key:1", refresh)) for _ in range(3)]
        await live.press(A, A)
        for stream in streams:
            assert names(await take(stream, 2)) == [A, A]

        assert len(looked) == looks


async def test_nothing_is_sent_on_an_old_look(database: Database, clock: Clock) -> None:
    """Where nobody has noticed yet that a key was revoked, the next payload is not sent, and is there on return."""
    stands: list[Caller | None] = [KEY]

    async def refresh() -> Caller | None:
        return stands[-1]

    async with following(database, clock, Options(check_seconds=0.0, checks_unasked=False)) as live:
        await live.buttons(A)
        stream = await live.open(caller=KEY, viewer=Viewer(KEY, "key:1", refresh))
        await live.press(A, A)
        had = await take(stream, 1)
        stands.append(None)
        end = await ending(stream)
        again = await live.open(after=end.cursor)

        assert (end.code, end.cursor) == ("UNAUTHENTICATED", had[0].cursor)
        assert names(await rest(live, again)) == [A]


async def test_nothing_is_sent_while_nobody_can_tell(database: Database, clock: Clock) -> None:
    """While credentials cannot be looked at the stream stands still, and then it goes on with all that happened."""
    asked = asyncio.Event()
    answers = [RuntimeError("down"), RuntimeError("down")]

    async def refresh() -> Caller | None:
        if answers:
            asked.set()
            raise answers.pop()
        return KEY

    async with following(database, clock, Options(check_seconds=0.01, checks_unasked=False)) as live:
        await live.buttons(A)
        stream = await live.open(caller=KEY, viewer=Viewer(KEY, "key:1", refresh))
        await live.press(A, A)
        reading = asyncio.create_task(take(stream, 2))
        await asked.wait()
        had_then = reading.done()

        assert not had_then
        assert names(await reading) == [A, A]
        assert answers == []


async def test_more_scopes_than_before_end_nothing(database: Database, clock: Clock) -> None:
    """Who may do more than when the stream began goes on reading it; a check that fails is tried again."""
    reader = replace(KEY, scopes=frozenset({Scope.DEVICES_READ}))
    asked = asyncio.Event()
    answers = iter([RuntimeError("down"), KEY])

    async def refresh() -> Caller | None:
        answer = next(answers, None)
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            asked.set()
            return KEY
        return answer

    async with following(database, clock, Options(check_seconds=0.001)) as live:
        await live.buttons(A)
        stream = await live.open(caller=reader, viewer=Viewer(reader, "key:1", refresh))
        await asked.wait()
        await live.press(A)

        assert names(await take(stream, 1)) == [A]


async def test_credentials_that_expire_end_the_stream(database: Database, clock: Clock) -> None:
    """A token's end is the end of what it opened."""
    token = replace(KEY, id="token:1", expires_at=clock() + timedelta(minutes=5))
    async with following(database, clock, Options(check_seconds=0.005)) as live:
        await live.buttons(A)
        stream = await live.open(caller=token)
        clock.advance(timedelta(minutes=4))
        await live.press(A)
        had = await take(stream, 1)
        clock.advance(timedelta(minutes=1))
        end = await ending(stream)

        assert (end.code, end.cursor) == ("UNAUTHENTICATED", had[0].cursor)


async def test_streams_are_counted(database: Database, clock: Clock) -> None:
    """So many in the process, so many of one caller; one that ended, or could not begin, is not counted."""
    async with following(database, clock, Options(most=3, most_of_one=2)) as live:
        mine = [await live.open(caller=KEY) for _ in range(2)]
        too_many = await live.refusal(caller=KEY)
        await live.open()
        full = await live.refusal(caller=replace(KEY, id="key:2"))
        await mine[0].aclose()
        await mine[0].aclose()

        assert (too_many["code"], too_many["limit"]) == ("LIMIT_EXCEEDED", "streams_a_caller")
        assert (full["code"], full["limit"]) == ("LIMIT_EXCEEDED", "streams")
        assert await live.open(caller=KEY)


async def test_each_payload_is_paid_for(database: Database, clock: Clock) -> None:
    """A caller whose rate is spent is told when to come again, and then misses nothing."""
    seconds = [0.0]
    rates = MemoryRates(lambda: seconds[0])
    budget = Budget(1000, {COST: Rate(60, 20)}, rates)
    async with following(database, clock, Options(budget=budget)) as live:
        await live.buttons(A)
        stream = await live.open()  # 9 at most, taken as it opens
        await live.press(A, A, A)
        had = await take(stream, 1)
        end = await ending(stream)
        seconds[0] += 60.0
        again = await live.open(after=end.cursor)

        assert had[0].cost == 9
        assert (end.code, end.cursor) == ("RATE_LIMITED", had[0].cursor)
        assert end.error["extensions"] | {"cursor": None} == {
            "code": "RATE_LIMITED",
            "cursor": None,
            "rate": "cost",
            "requested": 9,
            "remaining": 2,
            "retryAfter": 7,
        }
        assert names(await take(again, 1)) == [A]


async def test_what_was_paid_in_advance_is_given_back(database: Database, clock: Clock) -> None:
    """A stream that is closed has cost what it told."""
    budget = Budget(1000, {COST: Rate(60, 1000)}, MemoryRates(lambda: 0.0))
    async with following(database, clock, Options(budget=budget)) as live:
        await live.buttons(A)
        stream = await live.open()
        await live.press(A, A)
        await take(stream, 2)
        await stream.aclose()

        assert (await budget.store.take("cost:anybody", 0, budget.rates[COST])).remaining == 1000 - 3 * 9


async def test_a_subscription_that_may_cost_too_much_is_refused(database: Database, clock: Clock) -> None:
    """The limit of a request holds for each payload, and is told before the first."""
    async with following(database, clock, Options(budget=Budget(8))) as live:
        refusal = await live.refusal()

        assert (refusal["code"], refusal["requested"]) == ("COST_LIMIT_EXCEEDED", 9)


async def test_a_source_that_is_down_loses_nothing(database: Database, clock: Clock) -> None:
    """A device that cannot be read ends the stream before its event, which is there when the client resumes."""
    async with following(database, clock) as live:
        await live.buttons(A, B)
        stream = await live.open()
        await live.press(A)
        had = await take(stream, 1)
        live.watched.one_click.failing[BUTTONS.region, None] = ServiceError("InternalFailure", "down")
        await live.press(B)
        end = await ending(stream)
        live.watched.one_click.failing.clear()
        again = await live.open(after=end.cursor)

        assert (end.code, end.cursor) == ("UPSTREAM_UNAVAILABLE", had[0].cursor)
        assert names(await take(again, 1)) == [B]
