"""How much a caller may spend in a while: the generic cell rate algorithm, and who keeps its state."""

from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from gateway.model.once import Once

SECONDS = 60.0
ROUNDING = 1e-6
"""Units; less than this is no difference."""


@dataclass(frozen=True)
class Rate:
    """`per_minute` units come back each minute; `burst` of them, when all have come back, can be spent at once."""

    per_minute: float
    burst: float

    @Once
    def seconds_a_unit(self) -> float:
        return SECONDS / self.per_minute

    @Once
    def most_ahead(self) -> float:
        """Seconds that a caller may be ahead of the rate."""
        return (self.burst + ROUNDING) * self.seconds_a_unit


class Taken(Struct, frozen=True, gc=False):
    """What came of asking for units of a rate. `full_after`: seconds until all of them are back."""

    allowed: bool
    full_after: float
    units: float
    rate: Rate

    @property
    def remaining(self) -> int:
        """Whole units that are left."""
        rate = self.rate
        left = rate.burst - self.full_after / rate.seconds_a_unit + ROUNDING
        return int(left) if left > 0 else 0

    @property
    def retry_after(self) -> float:
        """Seconds until the same could be had, 0 where it was; of more than the burst, until all are back."""
        if self.allowed:
            return 0.0
        over = self.full_after + (self.units - self.rate.burst) * self.rate.seconds_a_unit
        return min(over, self.full_after)


class RateStore(Protocol):
    """Keeps how far each key has gone; one that several replicas share counts for all of them."""

    async def take(self, key: str, units: float, rate: Rate, *, anyway: bool = False) -> Taken:
        """Take all of the units or none; `anyway`: whatever is left, and negative ones are given back.

        Raise RateStoreDown.
        """


class RateStoreDown(Exception):
    """Nothing can be counted now."""


def taken(ahead: float, units: float, rate: Rate, *, anyway: bool = False) -> Taken:
    """What comes of asking for units while `ahead` of a rate by so many seconds; below 0 counts as 0.

    This is the generic cell rate algorithm (ITU-T I.371, virtual scheduling): `ahead` is the caller's theoretical
    arrival time less now. `anyway`: whatever is left; negative units then give back, at most to 0.
    """
    before = ahead if ahead > 0 else 0.0
    after = before + units * rate.seconds_a_unit
    if after > rate.most_ahead and not anyway:
        return Taken(False, before, units, rate)
    return Taken(True, after if after > 0 else 0.0, units, rate)
