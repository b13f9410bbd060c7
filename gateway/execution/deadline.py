import asyncio
from collections.abc import Coroutine, Generator
from time import monotonic
from types import coroutine as awaitable
from typing import Any, TypeVar

Value = TypeVar("Value")


@awaitable
def within(seconds: float, coroutine: Coroutine[Any, Any, Value]) -> Generator[Any, Any, Value]:
    """As `asyncio.timeout`: raise TimeoutError where it takes longer. What never waits costs no timer."""
    began = monotonic()
    try:
        awaited = coroutine.send(None)
    except StopIteration as end:
        value: Value = end.value
        return value
    loop = asyncio.get_running_loop()  # asked once: it is a system call
    alarm = _Alarm(loop)
    timer = loop.call_later(seconds - (monotonic() - began), alarm.ring)
    try:
        return (yield from _rest(coroutine, awaited))
    except asyncio.CancelledError:
        if alarm.rang_alone:
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()


def _rest(coroutine: Coroutine[Any, Any, Value], awaited: object) -> Generator[Any, Any, Value]:
    """Go on with a coroutine that waits for something."""
    while True:
        try:
            yield awaited
        except BaseException as thrown:  # noqa: BLE001  # it is passed on, as cancelling has to be
            try:
                awaited = coroutine.throw(thrown)
            except StopIteration as end:
                value: Value = end.value
                return value
        else:
            return (yield from coroutine.__await__())


class _Alarm:
    """Cancels the task that it was made in, and knows whether somebody else does so too."""

    __slots__ = ("_before", "_rang", "_task")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        task = asyncio.current_task(loop)
        if task is None:
            raise RuntimeError("only a task can be stopped")
        self._task = task
        self._before = task.cancelling()
        self._rang = False

    def ring(self) -> None:
        self._rang = True
        self._task.cancel()

    @property
    def rang_alone(self) -> bool:
        return self._rang and self._task.uncancel() <= self._before
