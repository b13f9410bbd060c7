import asyncio
from asyncio import AbstractEventLoop, CancelledError, Future
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from typing import Any, Final

enter_task: Final[Callable[[AbstractEventLoop, Any], None]] = asyncio.tasks._enter_task  # noqa: SLF001  # documented for
leave_task: Final[Callable[[AbstractEventLoop, Any], None]] = asyncio.tasks._leave_task  # noqa: SLF001  # tasks like this


class Fiber:
    """A task that begins at once: most of what resolvers await is there already, and then nothing has to be scheduled.

    While it is the current task (asyncio's documentation, "Extending"), `begin` goes on with a coroutine until that
    waits: from then on the fiber is its task, with a context of its own, cancelled alone, and `asyncio.timeout` works
    in it. Once the coroutine came to its end `ended(fiber)` is called, and `result` tells how. A coroutine that does
    not wait leaves the fiber free for another.

    `_coroutine`, `_fut_waiter` and `_must_cancel` are a task's own names: anyio looks at them.
    """

    __slots__ = ("__weakref__", "_context", "_coroutine", "_done", "_ended", "_error", "_fut_waiter", "_loop",
                 "_must_cancel", "_requests", "_value")  # fmt: skip

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._ended: Callable[[Fiber], None] | None = None
        self._coroutine: Coroutine[Any, Any, Any] | None = None
        self._context: Context | None = None
        self._fut_waiter: Future[Any] | None = None
        self._must_cancel = False
        self._requests = 0
        self._done = False
        self._error: BaseException | None = None
        self._value: Any = None

    def begin(self, coroutine: Coroutine[Any, Any, Any], ended: Callable[["Fiber"], None]) -> Any:  # noqa: ANN401  # what the coroutine gives
        """The coroutine's result, if it does not wait; else the fiber, which now is the coroutine's."""
        context = copy_context()
        try:
            awaited = context.run(coroutine.send, None)
        except StopIteration as end:
            if self._must_cancel:  # by the coroutine itself, which then did not wait: nobody else's
                self._must_cancel, self._requests = False, 0
                raise CancelledError from None
            return end.value
        except BaseException:
            self._must_cancel, self._requests = False, 0  # as above
            raise
        self._coroutine, self._context, self._ended = coroutine, context, ended
        self._wait_for(awaited)
        return self

    def result(self) -> Any:  # noqa: ANN401  # what the coroutine gave
        """Raise what it raised."""
        if self._error is not None:
            raise self._error
        return self._value

    @property
    def awaited(self) -> Future[Any] | None:
        return self._fut_waiter

    def done(self) -> bool:
        return self._done

    def cancel(self, msg: object = None) -> bool:
        if self._done:
            return False
        self._requests += 1
        if self._fut_waiter is None or not self._fut_waiter.cancel(msg):
            self._must_cancel = True
        return True

    def cancelling(self) -> int:
        return self._requests

    def uncancel(self) -> int:
        self._requests = max(0, self._requests - 1)
        return self._requests

    def get_coro(self) -> Coroutine[Any, Any, Any] | None:
        return self._coroutine

    def get_name(self) -> str:
        return f"Fiber-{id(self)}"

    def _wait_for(self, awaited: Future[Any] | None) -> None:
        if awaited is None:  # asyncio.sleep(0)
            self._loop.call_soon(self._wake, None, context=self._context)
            return
        if not getattr(awaited, "_asyncio_future_blocking", False) or awaited.get_loop() is not self._loop:
            raise RuntimeError(f"{awaited!r} is no future of this loop's")
        awaited._asyncio_future_blocking = False  # noqa: SLF001  # asyncio's mark of a future that is awaited
        awaited.add_done_callback(self._wake, context=self._context)
        self._fut_waiter = awaited
        if self._must_cancel and awaited.cancel():
            self._must_cancel = False

    def _wake(self, awaited: Future[Any] | None) -> None:
        self._fut_waiter = None
        if self._must_cancel and awaited is not None and not awaited.cancelled():
            awaited.exception()  # what came of it is known, although it is not told any more
        enter_task(self._loop, self)
        try:
            self._wait_for(self._resume())
        except StopIteration as end:
            self._done, self._value = True, end.value
        except BaseException as error:  # noqa: BLE001  # its owner's to deal with
            self._done, self._error = True, error
        finally:
            leave_task(self._loop, self)
        if self._done and self._ended is not None:
            self._ended(self)

    def _resume(self) -> Any:  # noqa: ANN401  # what it waits for next
        assert self._coroutine is not None, "it has begun"  # noqa: S101  # for mypy
        if not self._must_cancel:
            return self._coroutine.send(None)
        self._must_cancel = False
        return self._coroutine.throw(CancelledError())
