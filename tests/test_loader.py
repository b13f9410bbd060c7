"""Loaders: what is kept, and what happens to what fails or is not waited for any more."""

import asyncio
from collections.abc import Sequence

import pytest

from gateway.cache.batches import Batches
from gateway.loader import Loader
from tests.cache.squares import Squares


async def test_what_is_asked_for_in_one_turn_is_asked_at_once() -> None:
    """Each key once, however many ask for it; what is asked for later is another batch, or known."""
    squares = Squares()
    loader = Loader(Batches(squares).load)
    first = await asyncio.gather(*(loader.load(number) for number in (2, 3, 2)))
    second = await asyncio.gather(loader.load(3), loader.load(4))

    assert (first, second) == ([4, 9, 4], [9, 16])
    assert squares.asked == [[2, 3], [4]]


async def test_a_failure_is_told_to_whoever_asked_for_it() -> None:
    """The others have their values; the failure stays one until all is forgotten."""
    squares = Squares()
    loader = Loader(Batches(squares).load)
    failed, fine = await asyncio.gather(loader.load(-1), loader.load(1), return_exceptions=True)
    with pytest.raises(ValueError, match="-1"):
        await loader.load(-1)

    assert isinstance(failed, ValueError)
    assert (fine, squares.asked) == (1, [[-1, 1]])


async def test_what_is_known_from_elsewhere_is_not_asked_for() -> None:
    """Until it is forgotten; what is there already stays."""
    squares = Squares()
    loader = Loader(Batches(squares).load)
    loader.prime(5, 7)
    loader.prime(5, 8)
    known = await loader.load(5)
    loader.forget()

    assert (known, await loader.load(5), squares.asked) == (7, 25, [[5]])


async def test_keys_that_stand_for_the_same_value_are_one() -> None:
    """Where a key says more than what its value is kept under."""
    squares = Squares()
    loader: Loader[int, int] = Loader(Batches(squares).load, identity=abs)

    assert await asyncio.gather(loader.load(3), loader.load(-3)) == [9, 9]
    assert squares.asked == [[3]]


async def test_a_closed_loader_lets_nobody_wait() -> None:
    """What a request does not wait for any more is given up, and so is whoever waits for it."""

    async def hang(_: Sequence[int]) -> list[int | Exception]:
        await asyncio.Event().wait()
        return []

    batches = Batches(hang)
    loader = Loader(batches.load)
    waiting = asyncio.ensure_future(loader.load(1))
    for _ in range(3):
        await asyncio.sleep(0)
    loader.close()
    batches.sweep()

    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_whoever_stops_waiting_takes_the_value_from_nobody_who_asks_later() -> None:
    """A value that was cancelled with one field is loaded anew for the next."""
    squares = Squares()
    loader = Loader(Batches(squares).load)
    given_up = loader.load(2)
    given_up.cancel()

    assert await loader.load(2) == 4
    assert given_up.cancelled()
