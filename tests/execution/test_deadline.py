import asyncio

import pytest

from gateway.execution.deadline import within


async def value_after(turns: int) -> int:
    for _ in range(turns):
        await asyncio.sleep(0)
    return turns


@pytest.mark.parametrize("turns", [0, 1, 3])
async def test_what_comes_in_time_is_given(turns: int) -> None:
    """However often it waits, its value is what it gives."""
    assert await within(60, value_after(turns)) == turns


@pytest.mark.parametrize("turns", [0, 2])
async def test_what_it_raises_is_raised(turns: int) -> None:
    """A failure is told as it is, before anything was waited for or after."""

    async def failing() -> None:
        await value_after(turns)
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        await within(60, failing())


async def test_what_takes_longer_is_stopped() -> None:
    """It is cancelled where it waits and may clear up; whoever asked learns that the time is over."""
    cleared = []

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleared.append("cleared")

    with pytest.raises(TimeoutError):
        await within(0.001, endless())
    assert cleared == ["cleared"]


async def test_being_cancelled_is_not_being_late() -> None:
    """A client that leaves stops its operation, which is no timeout."""
    begun = asyncio.Event()

    async def endless() -> None:
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(within(60, endless()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_of_what_it_waits_for_reaches_it() -> None:
    """What is awaited may fail, and the coroutine may take that as it likes."""
    awaited: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def forgiving() -> str:
        try:
            await awaited
        except LookupError as error:
            return str(error)
        return "no error"

    task = asyncio.create_task(within(60, forgiving()))
    await asyncio.sleep(0)
    awaited.set_exception(LookupError("gone"))
    assert await task == "gone"
