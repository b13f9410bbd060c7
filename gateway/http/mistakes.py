import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

from gateway.http.address import network_of
from gateway.limits.rate import Rate, RateStore, RateStoreDown

CREDENTIALS = "credentials"
"""The rate's name, in metrics and in what a caller is told."""
MOST_KEPT = 10_000
MESSAGE = "Too many wrong credentials came from your address; try again in {} seconds."


class Mistakes:
    """Bounds how often an address may show wrong credentials: beyond that it waits, and nothing is looked at.

    Credentials that were good from there before are let through, so that one who guesses does not lock out the others
    behind the same address. `rate` None: nothing is counted. What is kept here is bounded; it forgets the oldest.
    """

    def __init__(self, rate: Rate | None, store: RateStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._store = store
        self._clock = clock
        self._waits: OrderedDict[str, float] = OrderedDict()
        self._good: OrderedDict[int, None] = OrderedDict()

    def seconds_to_wait(self, address: str | None, shown: str) -> int:
        """How long these credentials are not looked at; 0 where they are."""
        until = self._waits.get(network_of(address)) if self._waits else None
        if until is None or _key(address, shown) in self._good:
            return 0
        return max(ceil(until - self._clock()), 0)

    async def made(self, address: str | None, shown: str) -> int:
        """Count wrong credentials; return how many seconds whoever showed them has to wait, 0 for none."""
        if self._rate is None:
            return 0
        self._good.pop(_key(address, shown), None)
        network = network_of(address)
        try:
            taken = await self._store.take(f"{CREDENTIALS}:{network}", 1, self._rate)
        except RateStoreDown:
            return self._wait(network, 1.0)
        return 0 if taken.allowed else self._wait(network, taken.retry_after)

    def none_made(self, address: str | None, shown: str) -> None:
        """Take note that the credentials were good."""
        if self._rate is None:
            return
        key = _key(address, shown)
        self._good[key] = None
        self._good.move_to_end(key)
        if len(self._good) > MOST_KEPT:
            self._good.popitem(last=False)

    def _wait(self, network: str, seconds: float) -> int:
        self._waits[network] = self._clock() + seconds
        self._waits.move_to_end(network)
        while len(self._waits) > MOST_KEPT:
            self._waits.popitem(last=False)
        return max(ceil(seconds), 1)


def _key(address: str | None, shown: str) -> int:
    """Of the credentials a hash of this process's own, which nobody can foresee: they are not kept."""
    return hash((network_of(address), shown))
