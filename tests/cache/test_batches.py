"""What is asked for in one turn of the event loop is loaded at once, whoever asks; nobody is told what was before."""

import asyncio
from asyncio import Future
from collections.abc import Sequence

import pytest

from gateway.cache.batches import Batches
from tests.cache.squares import Squares


class Hanging:
    """Answers when it is told to; `begun` and `stopped` tell how far it came."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.begun, self.stopped = asyncio.Event(), asyncio.Event()
        self.answer: Future[None] = asyncio.get_running_loop().create_future()

    async def __call__(self, numbers: Sequence[int]) -> list[int | Exception]:
        self.asked.append(list(numbers))
        self.begun.set()
        try:
            await self.answer
        finally:
            self.stopped.set()
        return [number * number for number in numbers]


async def test_tasks_that_begin_together_are_one_batch() -> None:
    """Requests of the same moment are asked for at once, and what several want is asked for once."""
    squares = Squares()
    batches = Batches(squares)

    async def resolve(number: int) -> int:
        return await batches.load(number)

    assert await asyncio.gather(*(resolve(number) for number in (0, 1, 2, 1, 3))) == [0, 1, 4, 1, 9]
    assert squares.asked == [[0, 1, 2, 3]]


async def test_nothing_is_kept() -> None:
    """What is asked for again is loaded again."""
    squares = Squares()
    batches = Batches(squares)

    assert [await batches.load(2), await batches.load(2)] == [4, 4]
    assert squares.asked == [[2], [2]]


async def test_nobody_joins_what_has_begun() -> None:
    """An answer that is under way may be older than the question of whoever asks now."""
    hanging = Hanging()
    batches = Batches(hanging)
    early = batches.load(2)
    await hanging.begun.wait()
    late = batches.load(2)
    hanging.answer.set_result(None)

    assert await asyncio.gather(early, late) == [4, 4]
    assert hanging.asked == [[2], [2]]


async def test_a_failure_is_told_to_all_who_asked_for_it() -> None:
    """And to nobody else."""
    batches = Batches(Squares())
    told = await asyncio.gather(*(batches.load(number) for number in (-1, 1, -1)), return_exceptions=True)

    assert [type(one) for one in told] == [ValueError, int, ValueError]


@pytest.mark.parametrize("answers", [None, [], [1, 2, 3]], ids=["raises", "too few", "too many"])
async def test_a_batch_that_breaks_fails_for_all_of_its_keys(answers: list[int | Exception] | None) -> None:
    """Nobody gets another's value, and nobody waits for ever."""

    async def broken(_: Sequence[int]) -> list[int | Exception]:
        if answers is None:
            raise RuntimeError
        return answers

    batches = Batches(broken)
    told = await asyncio.gather(batches.load(1), batches.load(2), return_exceptions=True)

    assert [type(one) for one in told] == [RuntimeError, RuntimeError]


async def test_a_part_is_not_waited_for_by_another() -> None:
    """Odd numbers hang; even ones are answered meanwhile."""
    hanging, squares = Hanging(), Squares()

    async def load(numbers: Sequence[int]) -> list[int | Exception]:
        return await (hanging if numbers[0] % 2 else squares)(numbers)

    batches = Batches(load, part=lambda number: number % 2)
    odd = [batches.load(number) for number in (1, 3)]
    even = await asyncio.gather(*(batches.load(number) for number in (2, 4)))

    assert (even, squares.asked, hanging.asked) == ([4, 16], [[2, 4]], [[1, 3]])
    assert not any(one.done() for one in odd)


async def test_whoever_stops_waiting_leaves_it_to_the_others() -> None:
    """The last one ends it."""
    hanging = Hanging()
    batches = Batches(hanging)
    first, second = batches.load(1), batches.load(1)
    await hanging.begun.wait()
    first.cancel()
    batches.sweep()
    await asyncio.sleep(0)
    assert not hanging.stopped.is_set()

    second.cancel()
    batches.sweep()
    await asyncio.wait_for(hanging.stopped.wait(), 5)


async def test_what_is_given_up_before_it_begins_is_not_asked_for() -> None:
    """Also where another sweeps meanwhile; what is asked for later is loaded."""
    squares = Squares()
    batches = Batches(squares)
    batches.load(1).cancel()
    for _ in range(3):
        batches.sweep()
        await asyncio.sleep(0)

    assert squares.asked == []
    assert await batches.load(3) == 9


async def test_equal_keys_may_mean_different_things() -> None:
    """`identity` tells which are the same."""
    squares = Squares()
    batches: Batches[int, int] = Batches(squares, identity=abs)

    assert await asyncio.gather(batches.load(3), batches.load(-3)) == [9, 9]
    assert squares.asked == [[3]]
