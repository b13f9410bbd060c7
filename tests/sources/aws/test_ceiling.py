import asyncio
from collections.abc import Awaitable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sources.aws.ceiling import Ceiling


class FakeTime:
    """A clock that only moves when somebody sleeps; sleepers take turns as with real timers."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


async def call(ceiling: Ceiling, operation: str, begun: list[float], time: FakeTime) -> None:
    async with ceiling.slot(operation):
        begun.append(time.now)
        await asyncio.sleep(0)


async def test_a_rate_lets_a_seconds_worth_begin_in_any_second() -> None:
    """With 10 calls a second, 25 calls begin 10 at once, 10 a second later, 5 after two."""
    time = FakeTime()
    ceiling = Ceiling(100, 10, time.clock, time.sleep)
    begun: list[float] = []

    await asyncio.gather(*[call(ceiling, "ListDevices", begun, time) for _ in range(25)])

    assert begun == [0.0] * 10 + [1.0] * 10 + [2.0] * 5


async def test_each_operation_has_its_own_rate() -> None:
    """An operation at its rate does not hold up another."""
    time = FakeTime()
    ceiling = Ceiling(1, 1, time.clock, time.sleep)
    begun: dict[str, list[float]] = {"ListDevices": [], "DescribeDevice": []}

    for operation, moments in begun.items():
        await call(ceiling, operation, moments, time)

    assert begun == {"ListDevices": [0.0], "DescribeDevice": [0.0]}


async def test_a_rate_below_one_spaces_calls_out() -> None:
    """A quarter of a call a second is one call in four seconds."""
    time = FakeTime()
    ceiling = Ceiling(9, 0.25, time.clock, time.sleep)
    begun: list[float] = []

    for _ in range(3):
        await call(ceiling, "ListDevices", begun, time)

    assert begun == [0.0, 4.0, 8.0]


@given(rate=st.floats(0.1, 50), concurrency=st.integers(1, 5), calls=st.integers(1, 40))
def test_no_second_ever_sees_more_than_the_rate(rate: float, concurrency: int, calls: int) -> None:
    """Whatever the settings, the calls that begin within a window never exceed what the rate allows for it."""

    async def run() -> list[float]:
        time = FakeTime()
        ceiling = Ceiling(concurrency, rate, time.clock, time.sleep)
        begun: list[float] = []
        await asyncio.gather(*[call(ceiling, "ListDevices", begun, time) for _ in range(calls)])
        return begun

    begun = asyncio.run(run())
    burst = max(1, int(rate))
    gaps = [later - earlier for earlier, later in zip(begun, begun[burst:], strict=False)]

    assert len(begun) == calls
    assert begun == sorted(begun)
    assert all(gap >= burst / rate - 1e-9 for gap in gaps)


async def test_no_more_calls_are_under_way_than_allowed() -> None:
    """With a concurrency of 3, the fourth call waits until one is done."""
    ceiling = Ceiling(3, None)
    under_way: list[int] = []
    count = 0

    async def one() -> None:
        nonlocal count
        async with ceiling.slot("ListDevices"):
            count += 1
            under_way.append(count)
            await asyncio.sleep(0)
            count -= 1

    await asyncio.gather(*[one() for _ in range(20)])

    assert max(under_way) == 3
    assert len(under_way) == 20


async def test_a_call_that_gives_up_leaves_its_turn_to_the_next() -> None:
    """Callers whose deadline passes while they wait do not use up the rate of those behind them."""
    time = FakeTime()
    never = asyncio.Event()

    async def sleep_for_ever(_seconds: float) -> None:
        await never.wait()

    ceiling = Ceiling(9, 1, time.clock, sleep_for_ever)
    begun: list[float] = []
    await call(ceiling, "ListDevices", begun, time)
    waiting = [asyncio.create_task(call(ceiling, "ListDevices", begun, time)) for _ in range(50)]
    await asyncio.sleep(0)
    await given_up(waiting)
    time.now = 1.0
    await call(ceiling, "ListDevices", begun, time)

    assert begun == [0.0, 1.0]


async def given_up(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("rate", [None, 1000.0])
async def test_a_failed_or_cancelled_call_gives_its_slot_back(rate: float | None) -> None:
    """However a call ends, the next one finds a free slot."""
    ceiling = Ceiling(1, rate)

    async def fail() -> None:
        async with ceiling.slot("ListDevices"):
            raise ValueError

    async def hang() -> None:
        async with ceiling.slot("ListDevices"):
            await asyncio.Event().wait()

    async def ends(end: Awaitable[None]) -> None:
        with suppress(ValueError, TimeoutError):
            await asyncio.wait_for(end, 0.01)

    await ends(fail())
    await ends(hang())

    async with asyncio.timeout(1), ceiling.slot("ListDevices"):
        assert True
