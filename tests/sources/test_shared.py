"""How often a service is asked, by how many, and that nobody is told what was before a write."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.cache.recent import Recent
from gateway.model.errors import GatewayError, NotFound, UpstreamTimeout
from gateway.sources.shared import SharedUpstream
from gateway.sources.upstream import Params
from tests.sources.far_end import READS, Call, FarEnd, settle

FIRST, SECOND = {"DeviceId": "G030PM0000000001"}, {"DeviceId": "G030PM0000000002"}
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Shared:
    """An upstream that is asked less, its far end, and the time that its cache goes by; 0 seconds: without one."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.end, self.time = FarEnd(), Time()
        recent = Recent[Params](seconds, 1_000_000, self.time) if seconds else None
        self.upstream = SharedUpstream(self.end, READS, recent)

    async def begin(self, operation: str, params: Params = FIRST, count: int = 1) -> list[asyncio.Task[Params]]:
        calls = [asyncio.create_task(self.upstream.call(operation, params)) for _ in range(count)]
        await settle()
        return calls

    async def ask(self, operation: str, params: Params = FIRST) -> Params:
        """Call, and let it be answered if it comes to that."""
        [call] = await self.begin(operation, params)
        for waiting in self.end.waiting:
            self.end.answer(waiting)
        return await call

    @property
    def asked(self) -> list[str]:
        return [call.operation for call in self.end.calls]


async def test_equal_reads_of_many_requests_are_one_call() -> None:
    """64 clients that look at one device at once cost its service one call."""
    shared = Shared()
    reads = await shared.begin("DescribeDevice", count=64)
    shared.end.answer(shared.end.calls[0])

    assert await asyncio.gather(*reads) == [{"Version": 0}] * 64
    assert shared.asked == ["DescribeDevice"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (FIRST, SECOND),
        ({"MaxResults": 1}, {"MaxResults": True}),
        ({"MaxResults": 1}, {"MaxResults": "1"}),
        ({"ToTimeStamp": NOON}, {"ToTimeStamp": NOON + timedelta(microseconds=1)}),
        ({"Filters": [{"Key": "a", "Values": ["b", "c"]}]}, {"Filters": [{"Key": "a", "Values": ["c", "b"]}]}),
        ({"NextToken": "a"}, {"NextToken": "\ud800"}),
        ({"NextToken": "\ud800"}, {"NextToken": "\ud801"}),
        ({"MaxResults": 2**70}, {"MaxResults": 2**71}),
    ],
)
async def test_what_differs_is_asked_apart(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Calls are one call only where nothing at all in them differs."""
    shared = Shared()
    await shared.begin("ListDevices", one)
    await shared.begin("ListDevices", other)
    await shared.begin("ListDeviceEvents", one)

    assert [call.params for call in shared.end.calls] == [one, other, one]


async def test_what_is_written_in_another_order_is_the_same() -> None:
    """The order in which a caller names parameters changes nothing, nor does a list's being a tuple."""
    shared = Shared()
    await shared.begin("ListDevices", {"MaxResults": 1, "Filters": ["a", "b"]})
    await shared.begin("ListDevices", {"Filters": ("a", "b"), "MaxResults": 1})

    assert len(shared.end.calls) == 1


async def test_a_moment_told_in_another_zone_is_asked_for_as_it_is_told() -> None:
    """What would only look the same after some thought is asked apart."""
    shared = Shared()
    await shared.begin("ListDeviceEvents", {"ToTimeStamp": NOON})
    await shared.begin("ListDeviceEvents", {"ToTimeStamp": NOON.astimezone(timezone(timedelta(hours=2)))})

    assert len(shared.end.calls) == 2


async def test_equal_writes_are_as_many_calls() -> None:
    """What changes something is never shared."""
    shared = Shared(seconds=5)
    await shared.begin("InvokeDeviceMethod", count=3)

    assert shared.asked == ["InvokeDeviceMethod"] * 3


async def test_many_are_asked_once_each() -> None:
    """Of many, equal ones are one call, and each gets its own answer or error in order."""
    shared = Shared()
    [single] = await shared.begin("DescribeDevice", SECOND)
    many = asyncio.create_task(shared.upstream.call_many("DescribeDevice", [FIRST, SECOND, FIRST]))
    await settle()
    for_second, for_first = shared.end.calls
    shared.end.answer(for_second)
    shared.end.fail(for_first, failure := NotFound("no such device"))

    assert await many == [failure, {"Version": 0}, failure]
    assert await single == {"Version": 0}
    assert await shared.upstream.call_many("DescribeDevice", []) == []


async def test_many_meet_a_bug_as_a_bug() -> None:
    """Only errors of the gateway's own are answers among others."""
    shared = Shared()
    many = asyncio.create_task(shared.upstream.call_many("DescribeDevice", [FIRST]))
    await settle()
    shared.end.calls[0].answer.set_exception(ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        await many


async def test_without_a_cache_nothing_is_kept() -> None:
    """By default a read that comes later asks again."""
    shared = Shared()
    for _ in range(3):
        await shared.ask("DescribeDevice")

    assert len(shared.end.calls) == 3


async def test_descriptions_and_pages_are_kept_for_a_moment() -> None:
    """Within the seconds of the setting a description or page is asked for once; events are always asked for."""
    shared = Shared(seconds=5)
    for _ in range(2):
        for operation in ("DescribeDevice", "ListDevices", "ListDeviceEvents"):
            await shared.ask(operation)
    many = await shared.upstream.call_many("DescribeDevice", [FIRST])
    shared.time.now = 5.0
    await shared.ask("DescribeDevice")

    assert shared.asked == ["DescribeDevice", "ListDevices", "ListDeviceEvents", "ListDeviceEvents", "DescribeDevice"]
    assert many == [{"Version": 0}]


@pytest.mark.parametrize("failure", [NotFound("no such device"), UpstreamTimeout("slow", "hq")])
async def test_failures_are_not_kept(failure: GatewayError) -> None:
    """A device that was not there, or a service that was slow, is asked for again."""
    shared = Shared(seconds=5)
    [read] = await shared.begin("DescribeDevice")
    shared.end.fail(shared.end.calls[0], failure)
    with pytest.raises(type(failure)):
        await read

    assert await shared.ask("DescribeDevice") == {"Version": 0}


@pytest.mark.parametrize("fails", [False, True])
async def test_a_write_ends_what_was_kept(fails: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """After a mutation, even one that failed and may have been applied, everything of its source is asked anew."""
    shared = Shared(seconds=5)
    await shared.ask("DescribeDevice", SECOND)
    [write] = await shared.begin("UpdateDeviceState")
    if fails:
        shared.end.serve(shared.end.calls[1])
        shared.end.fail(shared.end.calls[1], UpstreamTimeout("slow", "hq"))
        with pytest.raises(UpstreamTimeout):
            await write
    else:
        shared.end.answer(shared.end.calls[1])
        await write

    assert await shared.ask("DescribeDevice", SECOND) == {"Version": 1}


async def test_what_was_read_during_a_write_is_not_kept() -> None:
    """What is told while a mutation is under way may be from before it, and is nobody else's answer."""
    shared = Shared(seconds=5)
    [before] = await shared.begin("DescribeDevice")
    [write] = await shared.begin("UpdateDeviceState")
    [during] = await shared.begin("ListDevices")
    old, changing, older = shared.end.calls
    for call in (old, older):
        shared.end.answer(call)
    assert await before == await during == {"Version": 0}
    late = await shared.begin("DescribeDevice") + await shared.begin("ListDevices")
    shared.end.serve(shared.end.calls[3])
    shared.end.answer(changing)
    await write

    assert await shared.ask("DescribeDevice") == {"Version": 1}
    assert await shared.ask("ListDevices") == {"Version": 1}
    assert [await one for one in late] == [{"Version": 0}, {"Version": 1}]


async def test_what_happened_to_a_device_ends_what_was_kept_of_it() -> None:
    """After an event a device and every page is asked for anew; what is only about others stays."""
    shared = Shared(seconds=5)
    for params in (FIRST, SECOND):
        await shared.ask("DescribeDevice", params)
    await shared.ask("ListDevices", {})
    shared.end.version = 1
    shared.upstream.forget(FIRST["DeviceId"])

    assert await shared.ask("DescribeDevice", FIRST) == {"Version": 1}
    assert await shared.ask("ListDevices", {}) == {"Version": 1}
    assert await shared.ask("DescribeDevice", SECOND) == {"Version": 0}


async def test_what_was_asked_before_an_event_is_not_kept_after_it() -> None:
    """A read that crosses an event on its way is answered, and neither joined nor kept."""
    shared = Shared(seconds=5)
    [before] = await shared.begin("DescribeDevice")
    shared.end.serve(shared.end.calls[0])
    shared.end.version = 1
    shared.upstream.forget(FIRST["DeviceId"])
    [after] = await shared.begin("DescribeDevice")
    shared.end.answer(shared.end.calls[1])
    shared.end.answer(shared.end.calls[0])

    assert (await before, await after) == ({"Version": 0}, {"Version": 1})
    assert await shared.ask("DescribeDevice") == {"Version": 1}


STEPS = st.tuples(st.sampled_from(["read", "read", "many", "write", "give up", "event", "wait"]), st.integers(0, 3)) | (
    st.tuples(st.sampled_from(["serve", "answer", "answer", "fail"]), st.integers(0, 5))
)


class History:
    """Plays steps, and knows for each read the version that it must not be older than."""

    def __init__(self, seconds: float) -> None:
        self.shared = Shared(seconds)
        self.floor = 0
        self.reads: list[tuple[int, asyncio.Task[Any]]] = []
        self.given_up: set[asyncio.Task[Any]] = set()

    async def play(self, steps: Sequence[tuple[str, int]]) -> None:
        for step, number in steps:
            self.take(step, number)
            await settle()
        while waiting := self.shared.end.waiting:
            self.shared.end.answer(waiting[0])
            await settle()

    def take(self, step: str, number: int) -> None:
        far = {"serve": self._serve, "answer": self._answer, "fail": self._fail}
        near = {"give up": self._give_up, "event": self._event, "wait": self._wait}
        if step in far:
            waiting = self.shared.end.waiting
            if waiting:
                far[step](waiting[number % len(waiting)])
        elif step in near:
            near[step](number)
        else:
            self._ask(step, "DescribeDevice" if number < 2 else "ListDevices", (FIRST, SECOND)[number % 2])

    def _ask(self, step: str, operation: str, params: Params) -> None:
        upstream = self.shared.upstream
        if step == "write":
            asyncio.create_task(upstream.call("UpdateDeviceState", params)).add_done_callback(self._written)
        elif step == "many":
            self._read(asyncio.create_task(upstream.call_many(operation, [FIRST, SECOND, FIRST])))
        else:
            self._read(asyncio.create_task(upstream.call(operation, params)))

    def _serve(self, call: Call) -> None:
        self.shared.end.serve(call)

    def _answer(self, call: Call) -> None:
        self.shared.end.answer(call)

    def _fail(self, call: Call) -> None:
        if call.served is None:
            self.shared.end.fail(call, UpstreamTimeout("slow", "hq"))

    def _give_up(self, number: int) -> None:
        if self.reads and (task := self.reads[number % len(self.reads)][1]).cancel():
            self.given_up.add(task)

    def _event(self, _: int) -> None:
        self.shared.end.version += 1
        for one in (FIRST, SECOND):
            self.shared.upstream.forget(one["DeviceId"])
        self.floor = self.shared.end.version

    def _wait(self, seconds: int) -> None:
        self.shared.time.now += seconds

    def _read(self, task: asyncio.Task[Any]) -> None:
        self.reads.append((self.floor, task))

    def _written(self, task: asyncio.Task[Params]) -> None:
        if task.exception() is None:
            self.floor = max(self.floor, task.result()["Version"])

    def check(self) -> None:
        for floor, task in self.reads:
            assert task.done()
            assert task.cancelled() == (task in self.given_up)
            for answer in [] if task.cancelled() else _answers(task):
                assert answer["Version"] >= floor


def _answers(task: asyncio.Task[Any]) -> list[Params]:
    if isinstance(task.exception(), UpstreamTimeout):
        return []
    found = task.result() if isinstance(task.result(), list) else [task.result()]
    return [answer for answer in found if not isinstance(answer, GatewayError)]


@settings(max_examples=300, deadline=None)
@given(steps=st.lists(STEPS, max_size=40), seconds=st.sampled_from([0.0, 2.0]))
@example([("read", 0), ("serve", 0), ("write", 0), ("answer", 1), ("read", 0), ("answer", 0)], 0.0)
@example([("read", 0), ("serve", 0), ("write", 0), ("answer", 1), ("answer", 0), ("read", 0)], 2.0)
@example([("write", 0), ("read", 0), ("serve", 1), ("answer", 1), ("answer", 0), ("read", 0)], 2.0)
@example([("read", 0), ("serve", 0), ("event", 0), ("answer", 0), ("read", 0)], 2.0)
@example([("read", 0), ("read", 0), ("give up", 0), ("answer", 0)], 2.0)
async def test_whatever_happens_a_read_sees_what_was_written_before_it(
    steps: list[tuple[str, int]], seconds: float
) -> None:
    """However reads, writes, events, failures and givings-up cross: a read begun after a write ended sees it, and only
    those who gave up are given up.
    """
    history = History(seconds)

    await history.play(steps)

    history.check()
