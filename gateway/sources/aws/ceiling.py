import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable

from msgspec import Struct

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


class Ceiling:
    """Keeps a source's calls below what its service allows.

    At most `concurrency` are under way at once, and of each operation at most `rate` begin in any second (of a rate
    below one: one call in 1 / rate seconds). Calls take turns in order; one that gives up leaves its turn to the next.
    """

    def __init__(
        self, concurrency: int, rate: float | None, clock: Clock = time.monotonic, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._slots = asyncio.Semaphore(concurrency)
        self._paces: defaultdict[str, _Pace] | None = None
        if rate is not None:
            self._paces = defaultdict(lambda: _Pace(rate, clock, sleep))

    def slot(self, operation: str) -> "Slot":
        """Wait for the call's turn, and hold one of the slots until it is done."""
        return Slot(self, operation)

    def enter(self, operation: str) -> Awaitable[object]:
        return self._slots.acquire() if self._paces is None else self._enter_in_turn(self._paces[operation])

    async def _enter_in_turn(self, pace: "_Pace") -> None:
        # The turn is waited for without a slot, so that an operation at its rate does not hold up the others.
        async with pace.queue:
            await pace.turn()
            await self._slots.acquire()
            pace.begin()

    def leave(self) -> None:
        self._slots.release()


class Slot(Struct, frozen=True):
    """What contextlib would make of a function, in a third of the time."""

    ceiling: Ceiling
    operation: str

    def __aenter__(self) -> Awaitable[object]:
        return self.ceiling.enter(self.operation)

    async def __aexit__(self, *_: object) -> None:
        self.ceiling.leave()


class _Pace:
    """The beginnings of one operation's latest calls; `queue` is held by the call whose turn is next."""

    def __init__(self, rate: float, clock: Clock, sleep: Sleep) -> None:
        burst = max(1, int(rate))
        self.queue = asyncio.Lock()
        self._window = burst / rate
        self._begun: deque[float] = deque(maxlen=burst)
        self._clock = clock
        self._sleep = sleep

    async def turn(self) -> None:
        # A timer may go off a little early, so the clock is asked again.
        while len(self._begun) == self._begun.maxlen and (wait := self._begun[0] + self._window - self._clock()) > 0:
            await self._sleep(wait)

    def begin(self) -> None:
        self._begun.append(self._clock())
