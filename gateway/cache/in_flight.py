import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeAlias, TypeVar

Answer = TypeVar("Answer")
Ask: TypeAlias = Callable[[], Coroutine[Any, Any, Answer]]


class _Call(Generic[Answer]):
    """A call under way, and those who wait for it."""

    __slots__ = ("is_answered", "key", "task", "waiting")

    def __init__(self, key: str, ask: Ask[Answer], loop: asyncio.AbstractEventLoop) -> None:
        self.key = key
        self.waiting: list[asyncio.Future[Answer]] = []
        self.is_answered = False
        self.task = loop.create_task(self._run(ask))

    async def _run(self, ask: Ask[Answer]) -> None:
        try:
            answer = await ask()
        except Exception as failure:  # noqa: BLE001 - whatever it was, it is told to those who wait
            for waiter in self._still_waiting():
                waiter.set_exception(failure)
                waiter.exception()  # no warning where it is awaited by nobody any more
        else:
            for waiter in self._still_waiting():
                waiter.set_result(answer)
        finally:
            for waiter in self._still_waiting():
                waiter.cancel()

    def _still_waiting(self) -> list[asyncio.Future[Answer]]:
        self.is_answered = True
        return [waiter for waiter in self.waiting if not waiter.done()]


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
        call, waiter = self._join(key, ask, asyncio.get_running_loop())
        try:
            return await waiter
        finally:
            self._leave(call, waiter)

    async def read_many(self, asks: Sequence[tuple[str, Ask[Answer]]]) -> Sequence[Answer | BaseException]:
        """The answer or the failure of each, in order, all asked for at once."""
        loop = asyncio.get_running_loop()
        joined = [self._join(key, ask, loop) for key, ask in asks]
        try:
            return [await _answer_or_failure(waiter) for _, waiter in joined]
        finally:
            for call, waiter in joined:
                self._leave(call, waiter)

    def _join(
        self, key: str, ask: Ask[Answer], loop: asyncio.AbstractEventLoop
    ) -> tuple[_Call[Answer], asyncio.Future[Answer]]:
        call = self._calls.get(key)
        if call is None or call.is_answered:
            call = _Call(key, ask, loop)
            if not self._writes:
                self._calls[key] = call
        waiter: asyncio.Future[Answer] = loop.create_future()
        call.waiting.append(waiter)
        return call, waiter

    def _leave(self, call: _Call[Answer], waiter: asyncio.Future[Answer]) -> None:
        """Have no more to do with a call: the last one who gives up ends it."""
        if not call.is_answered:
            call.waiting.remove(waiter)
            if call.waiting:
                return
            call.task.cancel()
        if self._calls.get(call.key) is call:
            del self._calls[call.key]


async def _answer_or_failure(waiter: asyncio.Future[Any]) -> Any:  # noqa: ANN401 - an answer or an exception
    try:
        return await waiter
    except Exception as failure:  # noqa: BLE001 - it is what was asked for
        return failure
