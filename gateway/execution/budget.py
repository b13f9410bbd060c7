"""What requests may cost, and what callers may spend in a while: taken before anything runs, settled after."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil

from msgspec import Struct

from gateway.execution.cost_report import CostReport
from gateway.execution.plan import Plan
from gateway.execution.result import ErrorCode, RequestRefused, Result, refused
from gateway.limits.rate import ROUNDING, Rate, RateStore, RateStoreDown, Taken
from gateway.limits.rate_memory import MemoryRates
from gateway.model.once import Once

COST = "cost"
"""The rate that is counted in units of cost; any other is that of a @rateLimit of its name, counted in selections."""

DEFAULT_MAXIMUM = 25_000
KEPT_COST = 1

MISTAKE = 10
BYTES_A_UNIT = 20
"""What reading a document costs that is then refused: parsing and validating one takes time by its size."""


class RateLimited(RequestRefused):
    """The caller has to wait so many seconds. `uncounted`: nobody can tell, because the store is down."""

    def __init__(self, result: Result, retry_after: int, *, uncounted: bool = False) -> None:
        super().__init__(result)
        self.retry_after = retry_after
        self.uncounted = uncounted


class Charge(Struct, frozen=True, gc=False):
    """What was taken from a caller; `cost`: how it then stood with the rate of cost, None where there is none."""

    caller: str
    requested: int
    cost: Taken | None


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Budget:
    """`maximum`: of a request's cost. `rates`: by COST, and by the names of the schema's @rateLimit."""

    maximum: int = DEFAULT_MAXIMUM
    rates: Mapping[str, Rate] = field(default_factory=dict)
    store: RateStore = field(default_factory=MemoryRates)
    clock: Callable[[], datetime] = _now

    @Once
    def limit(self) -> int:
        """What can be spent at once: the burst of the rate; without one, what a request may cost."""
        rate = self.rates.get(COST)
        return self.maximum if rate is None else int(rate.burst)

    @Once
    def most(self) -> int:
        """What one request may cost."""
        return min(self.maximum, self.limit)

    def take(self, caller: str, plans: Sequence[Plan]) -> Awaitable[Charge]:
        """Take what the plans together would cost, and count what they select against its rates: all of it, or nothing.

        Raise RequestRefused: COST_LIMIT_EXCEEDED; RateLimited.
        """
        requested = 0
        wanted: dict[str, int] = {}
        for plan in plans:
            requested += plan.requested_cost
            for name, count in plan.rated.items():
                if name in self.rates:
                    wanted[name] = wanted.get(name, 0) + count
        if requested > self.most:
            raise self._too_dear(requested)
        if COST in self.rates:
            wanted[COST] = requested
        return self._take(caller, requested, wanted)

    async def refuse(self, caller: str, text: str | None) -> None:
        """Let a caller pay for a document that was read and is refused; raise RateLimited where it cannot."""
        if COST in self.rates:
            await self.spend(caller, MISTAKE + len(text or "") // BYTES_A_UNIT)

    async def take_for_kept(self, caller: str) -> Charge:
        """Take what an answer costs that is only written again; raise RateLimited."""
        return await self._take(caller, KEPT_COST, {COST: KEPT_COST} if COST in self.rates else {})

    async def settle(self, charge: Charge, actual: int, *, dated: bool = True) -> CostReport:
        """Give back what was not used, or take what is missing, and tell how the caller then stands.

        `dated`: tell the time as well.
        """
        taken = charge.cost
        if taken is None:
            return CostReport(charge.requested, actual, self.limit)
        stands = taken
        if actual != charge.requested:
            missing = actual - charge.requested
            with suppress(RateStoreDown):
                stands = await self.store.take(f"{COST}:{charge.caller}", missing, taken.rate, anyway=True)
        seconds, told_at = ceil(stands.full_after - ROUNDING), self.clock() if dated else None
        return CostReport(charge.requested, actual, self.limit, stands.remaining, seconds, told_at)

    async def spend(self, caller: str, cost: int) -> None:
        """Take from the caller's rate of cost, whatever it is for; raise RateLimited."""
        await self._take(caller, cost, {COST: cost})

    async def give_back(self, caller: str, cost: int) -> None:
        await self._give_back(caller, COST, cost)

    async def _take(self, caller: str, requested: int, wanted: Mapping[str, int]) -> Charge:
        """Take units of each rate: all of it, or nothing; raise RateLimited."""
        got: dict[str, Taken] = {}
        for name, units in wanted.items():
            try:
                taken = got[name] = await self.store.take(f"{name}:{caller}", units, self.rates[name])
            except RateStoreDown:
                await self._undo(caller, wanted, got)
                raise _uncounted() from None
            if not taken.allowed:
                await self._undo(caller, wanted, got)
                raise _limited(name, units, taken)
        return Charge(caller, requested, got.get(COST))

    async def _undo(self, caller: str, wanted: Mapping[str, int], got: Mapping[str, Taken]) -> None:
        for name, outcome in got.items():
            if outcome.allowed:
                await self._give_back(caller, name, wanted[name])

    async def _give_back(self, caller: str, name: str, units: int) -> None:
        with suppress(RateStoreDown):
            await self.store.take(f"{name}:{caller}", -units, self.rates[name], anyway=True)

    def _too_dear(self, requested: int) -> RequestRefused:
        message = f"The request would cost {requested}; it may cost {self.most} at most."
        limit = "maximum_cost" if self.maximum <= self.limit else "rate_burst"
        numbers = {"requested": requested, "maximum": self.most}
        return RequestRefused(refused(ErrorCode.COST_LIMIT_EXCEEDED, message, limit=limit, **numbers))


def _uncounted() -> RateLimited:
    message = "Requests cannot be counted at the moment; try again soon."
    return RateLimited(refused(ErrorCode.RATE_LIMITED, message, retryAfter=1), 1, uncounted=True)


def _limited(name: str, units: int, outcome: Taken) -> RateLimited:
    seconds = max(ceil(outcome.retry_after - ROUNDING), 1)
    what = f"units of {name}" if name == COST else name
    message = f"The request needs {units} {what}, and {outcome.remaining} are left; try again in {seconds} seconds."
    numbers = {"requested": units, "remaining": outcome.remaining, "retryAfter": seconds}
    return RateLimited(refused(ErrorCode.RATE_LIMITED, message, rate=name, **numbers), seconds)
