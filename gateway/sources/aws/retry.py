import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from msgspec import Struct

from gateway.sources.faults import Again, Failed, Outage

T = TypeVar("T")

LONGEST_BACKOFF = 2.0
LONGEST_RETRY_AFTER = 5.0


class Retry(Struct, frozen=True):
    """Makes an attempt again after a random wait, which on average doubles each time ("full jitter").

    A service that names its own wait (Retry-After, in seconds) gets it; one that names more than a caller would wait
    for (5 s) is not asked again. `fraction` draws from 0 up to 1; the waits end with the operation's deadline.
    """

    attempts: int
    fraction: Callable[[], float] = random.random
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(self, attempt: Callable[[], Awaitable[T]], *, reads: bool) -> T:
        """Answer what an attempt answers; raise the Failed of the last one."""
        made = 0
        while True:
            try:
                return await attempt()
            except Failed as failure:
                made += 1
                wait = self._wait(failure, made, reads=reads)
                if wait is None:
                    raise
            await self.sleep(wait)

    def _wait(self, failure: Failed, made: int, *, reads: bool) -> float | None:
        """Seconds until the next attempt; None where there must not be one."""
        fault = failure.fault
        if made >= self.attempts or not isinstance(fault, Outage) or fault.again is Again.NEVER:
            return None
        if fault.again is Again.READS and not reads:
            return None
        named = _retry_after(failure)
        if named > LONGEST_RETRY_AFTER:
            return None
        longest: float = min(LONGEST_BACKOFF, fault.backoff * 2.0 ** (made - 1))
        return max(named, self.fraction() * longest)


def _retry_after(failure: Failed) -> float:
    text = (failure.headers or {}).get("retry-after", "")
    return float(text) if text.isascii() and text.isdecimal() else 0.0
