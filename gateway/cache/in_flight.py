import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeAlias, TypeVar

from msgspec import Struct

Answer = TypeVar("Answer")
Ask: TypeAlias = Callable[[], Coroutine[Any, Any, Answer]]


class _Call(Struct, Generic[Answer], eq=False):
    key: str
    task: asyncio.Task[Answer]
    waiting: int = 0


class InFlight(Generic[Answer]):
    """Reads of one thing that others write to: equal ones that are under way at the same moment are one call.

    A write begins a new epoch, and so does what is told to `forget`: what was begun before is not joined by what begins
    after. While a write is under way nothing is joined at all, because nobody knows when it takes effect. A waiter that
    gives up leaves the call to the others; the last one ends it. A failure is told to all who waited, and not kept.
    """

    def __init__(self) -> None:
        self._calls: dict[str, _Call[Answer]] = {}
        self._writes = 0
        self._epoch = 0

    @property
    def epoch(self) -> int | None:
        """What is read is still true after if this is the same number before and after; None: a write is under way."""
        return None if self._writes else self._epoch

    def forget(self) -> None:
        self._epoch += 1
        self._calls.clear()

    @contextmanager
    def writing(self) -> Iterator[None]:
        self.forget()
        self._writes += 1
        try:
            yield
        finally:
            self._writes -= 1

    async def read(self, key: str, ask: Ask[Answer]) -> Answer:
        """The answer to `ask`, or to that of whoever asks for the same key already."""
        call = self._join(key, ask)
        try:
            return await asyncio.shield(call.task)
        finally:
            self._leave(call)

    async def read_many(self, asks: Sequence[tuple[str, Ask[Answer]]]) -> Sequence[Answer | BaseException]:
        """The answer or the failure of each, in order, all asked for at once."""
        if not asks:
            return []
        calls = [self._join(key, ask) for key, ask in asks]
        try:
            await asyncio.wait([call.task for call in calls])
        finally:
            for call in calls:
                self._leave(call)
        return [call.task.exception() or call.task.result() for call in calls]

    def _join(self, key: str, ask: Ask[Answer]) -> _Call[Answer]:
        call = self._calls.get(key)
        if call is None or call.task.done():
            call = _Call(key, asyncio.get_running_loop().create_task(ask()))
            if not self._writes:
                self._calls[key] = call
        call.waiting += 1
        return call

    def _leave(self, call: _Call[Answer]) -> None:
        call.waiting -= 1
        if call.waiting:
            return
        call.task.cancel()
        if self._calls.get(call.key) is call:
            del self._calls[call.key]
