"""What requests may cost, and what callers may spend in a while: taken before anything runs, settled after."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil

from msgspec import Struct

from gateway.execution.cost_report import CostReport
from gateway.execution.plan import Plan
from gateway.execution.result import ErrorCode, RequestRefused, Result, refused
from gateway.limits.cost import CostPassed, check_cost
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

    async def take(self, caller: str, plans: Sequence[Plan]) -> Charge:
        """Take what the plans together would cost, and count what they select against its rates: all of it, or nothing.

        Raise RequestRefused: COST_LIMIT_EXCEEDED; RateLimited.
        """
        requested = sum([plan.requested_cost for plan in plans])
        self._check(requested)
        wanted = self._wanted(plans, requested)
        got: dict[str, Taken] = {}
        for name, units in wanted.items():
            taken = got[name] = await self._take(caller, name, units)
            if not taken.allowed:
                await self._undo(caller, wanted, got)
                raise _limited(name, units, taken)
        return Charge(caller, requested, got.get(COST))

    async def refuse(self, caller: str, text: str | None) -> None:
        """Let a caller pay for a document that was read and is refused; raise RateLimited where it cannot."""
        if COST in self.rates:
            units = MISTAKE + len(text or "") // BYTES_A_UNIT
            taken = await self._take(caller, COST, units)
            if not taken.allowed:
                raise _limited(COST, units, taken)

    async def take_for_kept(self, caller: str) -> Charge:
        """Take what an answer costs that is only written again; raise RateLimited."""
        if COST not in self.rates:
            return Charge(caller, KEPT_COST, None)
        taken = await self._take(caller, COST, KEPT_COST)
        if not taken.allowed:
            raise _limited(COST, KEPT_COST, taken)
        return Charge(caller, KEPT_COST, taken)

    async def settle(self, charge: Charge, actual: int) -> CostReport:
        """Give back what was not used, or take what is missing, and tell how the caller then stands."""
        stands = charge.cost
        if stands is None:
            return CostReport(charge.requested, actual, self.limit)
        if actual != charge.requested:
            stands = await self._settle(charge.caller, COST, actual - charge.requested) or stands
        seconds = _whole_seconds(stands.full_after)
        return CostReport(charge.requested, actual, self.limit, stands.remaining, seconds, self.clock())

    async def spend(self, caller: str, cost: int) -> None:
        """Take from the caller's rate of cost, whatever it is for; raise RateLimited."""
        taken = await self._take(caller, COST, cost)
        if not taken.allowed:
            raise _limited(COST, cost, taken)

    async def give_back(self, caller: str, cost: int) -> None:
        await self._settle(caller, COST, -cost)

    def _check(self, requested: int) -> None:
        try:
            check_cost(requested, self.most)
        except CostPassed as passed:
            name = "maximum_cost" if self.maximum <= self.limit else "rate_burst"
            numbers = {"requested": passed.requested, "maximum": passed.maximum}
            code = ErrorCode.COST_LIMIT_EXCEEDED
            raise RequestRefused(refused(code, passed.message, limit=name, **numbers)) from None

    def _wanted(self, plans: Sequence[Plan], requested: int) -> Mapping[str, int]:
        """The units of each rate."""
        wanted: dict[str, int] = {}
        for plan in plans:
            for name, count in plan.rated.items():
                if name in self.rates:
                    wanted[name] = wanted.get(name, 0) + count
        if COST in self.rates:
            wanted[COST] = requested
        return wanted

    async def _take(self, caller: str, name: str, units: int) -> Taken:
        try:
            return await self.store.take(f"{name}:{caller}", units, self.rates[name])
        except RateStoreDown:
            message = "Requests cannot be counted at the moment; try again soon."
            raise RateLimited(refused(ErrorCode.RATE_LIMITED, message, retryAfter=1), 1, uncounted=True) from None

    async def _undo(self, caller: str, wanted: Mapping[str, int], got: Mapping[str, Taken]) -> None:
        for name, outcome in got.items():
            if outcome.allowed:
                await self._settle(caller, name, -wanted[name])

    async def _settle(self, caller: str, name: str, units: int) -> Taken | None:
        try:
            return await self.store.settle(f"{name}:{caller}", units, self.rates[name])
        except RateStoreDown:
            return None


def _limited(name: str, units: int, outcome: Taken) -> RateLimited:
    seconds = max(_whole_seconds(outcome.retry_after), 1)
    what = f"units of {name}" if name == COST else name
    message = f"The request needs {units} {what}, and {outcome.remaining} are left; try again in {seconds} seconds."
    numbers = {"requested": units, "remaining": outcome.remaining, "retryAfter": seconds}
    return RateLimited(refused(ErrorCode.RATE_LIMITED, message, rate=name, **numbers), seconds)


def _whole_seconds(seconds: float) -> int:
    return ceil(seconds - ROUNDING)
