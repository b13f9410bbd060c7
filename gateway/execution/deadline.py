import asyncio
from collections.abc import Coroutine, Generator
from time import monotonic
from typing import Any, TypeVar

Value = TypeVar("Value")


async def within(seconds: float, coroutine: Coroutine[Any, Any, Value]) -> Value:
    """As `asyncio.timeout`: raise TimeoutError where it takes longer. What never waits costs no timer."""
    began = monotonic()
    try:
        awaited = coroutine.send(None)
    except StopIteration as end:
        value: Value = end.value
        return value
    async with asyncio.timeout(seconds - (monotonic() - began)):
        rest: Value = await _Rest(coroutine, awaited)
        return rest


class _Rest:
    """Goes on with a coroutine that waits for something."""

    def __init__(self, coroutine: Coroutine[Any, Any, Value], awaited: object) -> None:
        self._coroutine = coroutine
        self._awaited = awaited

    def __await__(self) -> Generator[Any, Any, Any]:
        awaited = self._awaited
        while True:
            error: BaseException | None = None
            try:
                yield awaited
            except BaseException as thrown:  # noqa: BLE001  # it is passed on, as cancelling has to be
                error = thrown
            try:
                awaited = self._coroutine.send(None) if error is None else self._coroutine.throw(error)
            except StopIteration as end:
                return end.value
