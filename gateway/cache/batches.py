"""Reads of many things by key, put together."""

import asyncio
from asyncio import Future, Task
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

Asked: TypeAlias = tuple[Key, list[Future[Value]]]
"""A key, and a future for each who asked for it."""


class Batches(Generic[Key, Value]):
    """What is asked for by key in one turn of the event loop is loaded at once, whoever asks, and equal keys once.

    Nobody joins what has begun, so that no answer is older than its question: whoever wrote something reads what was
    written. Whoever stops waiting leaves it to the others; `sweep` ends what nobody waits for any more.

    `load_many` answers in the order of its keys; an exception in the place of a value is for whoever asked for it. Its
    keys are of one part: parts are loaded beside each other, none waiting for another. `identity` tells what makes keys
    equal, where they cannot be hashed or equal ones do not mean the same.
    """

    __slots__ = ("_identity", "_load_many", "_loop", "_part", "_running", "_waiting")

    def __init__(
        self,
        load_many: Callable[[Sequence[Key]], Awaitable[Sequence[Value | Exception]]],
        identity: Callable[[Key], Hashable] | None = None,
        part: Callable[[Key], Hashable] | None = None,
    ) -> None:
        self._load_many = load_many
        self._identity = identity
        self._part = part
        self._waiting: dict[Hashable, dict[Hashable, Asked[Key, Value]]] = {}
        self._running: dict[Task[None], Sequence[Asked[Key, Value]]] = {}

    def load(self, key: Key) -> "Future[Value]":
        """What becomes of the key, for one who waits for it: a future of their own, which they may cancel."""
        part = None if self._part is None else self._part(key)
        asked = self._waiting.get(part)
        if asked is None:
            asked = self._waiting[part] = {}
            self._loop = asyncio.get_running_loop()  # a system call, and so not for each key
            self._loop.call_soon(self._begin, part)
        value: Future[Value] = self._loop.create_future()
        identity = key if self._identity is None else self._identity(key)
        equal = asked.get(identity)
        if equal is None:
            asked[identity] = key, [value]
        else:
            equal[1].append(value)
        return value

    def sweep(self) -> None:
        """Stop what nobody waits for any more."""
        for task, asked in self._running.items():
            if not any(_is_awaited(values) for _, values in asked):
                task.cancel()

    def _begin(self, part: Hashable) -> None:
        # A turn later than what asked: whoever was woken together with it has asked by then too.
        self._loop.create_task(self._run(part))

    async def _run(self, part: Hashable) -> None:
        asked = [one for one in self._waiting.pop(part).values() if _is_awaited(one[1])]
        if not asked:
            return
        task = asyncio.current_task(self._loop)
        assert task is not None, "a coroutine is run by a task"  # noqa: S101  # for mypy
        self._running[task] = asked
        try:
            loaded = await self._loaded([key for key, _ in asked])
        finally:
            del self._running[task]
        for (_, values), answer in zip(asked, loaded, strict=True):
            _tell(values, answer)

    async def _loaded(self, keys: Sequence[Key]) -> Sequence[Value | Exception]:
        try:
            values = await self._load_many(keys)
        except Exception as error:  # noqa: BLE001  # whatever it was, it is told to whoever awaits one of these
            return [error] * len(keys)
        if len(values) != len(keys):
            return [RuntimeError(f"{len(keys)} keys were answered by {len(values)} values")] * len(keys)
        return values


def _is_awaited(values: Sequence["Future[Any]"]) -> bool:
    return not all(map(Future.done, values))


def _tell(values: Sequence["Future[Value]"], answer: Value | Exception) -> None:
    for value in values:
        if value.done():  # whoever waited was stopped
            continue
        if isinstance(answer, Exception):
            value.set_exception(answer)
            value.exception()  # no warning where it is awaited by nobody any more
        else:
            value.set_result(answer)
