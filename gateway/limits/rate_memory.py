import time
from collections import OrderedDict
from collections.abc import Callable

from gateway.limits.rate import Rate, Taken, taken

MOST_KEYS = 50_000


class MemoryRates:
    """Counts in this process, for `most_keys` callers; beyond that those that asked least lately are forgotten.

    `clock` tells seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, most_keys: int = MOST_KEYS) -> None:
        self._clock = clock
        self._most_keys = most_keys
        self._until: OrderedDict[str, float] = OrderedDict()

    async def take(self, key: str, units: float, rate: Rate, *, anyway: bool = False) -> Taken:
        now = self._clock()
        until = self._until.pop(key, None)
        if until is None:
            self._forget(now)
        outcome = taken(0.0 if until is None else until - now, units, rate, anyway=anyway)
        if outcome.full_after:
            self._until[key] = now + outcome.full_after
        return outcome

    def _forget(self, now: float) -> None:
        """Drop the oldest where they have all of their units back, or where one more would be too many."""
        while self._until:
            oldest = next(iter(self._until))
            if self._until[oldest] > now and len(self._until) < self._most_keys:
                return
            del self._until[oldest]

    def __len__(self) -> int:
        return len(self._until)
