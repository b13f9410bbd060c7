"""How much a caller may spend in a while: the generic cell rate algorithm, and who keeps its state."""

from math import floor
from typing import Protocol

from msgspec import Struct

SECONDS = 60.0
ROUNDING = 1e-6
"""Units; less than this is no difference."""


class Rate(Struct, frozen=True):
    """`per_minute` units come back each minute; `burst` of them, when all have come back, can be spent at once."""

    per_minute: float
    burst: float

    @property
    def seconds_a_unit(self) -> float:
        return SECONDS / self.per_minute


class Taken(Struct, frozen=True):
    """What came of asking for units. `remaining`: whole units that are left, `full_after`: seconds until all are back.

    `retry_after`: seconds until the same could be had, 0 where it was; of more than the burst, until all are back.
    """

    allowed: bool
    remaining: int
    full_after: float
    retry_after: float


class RateStore(Protocol):
    """Keeps how far each key has gone; one that several replicas share counts for all of them."""

    async def take(self, key: str, units: float, rate: Rate) -> Taken:
        """Take all of the units or none; raise RateStoreDown."""

    async def settle(self, key: str, units: float, rate: Rate) -> Taken:
        """Take the units whatever is left, or give them back where they are negative; raise RateStoreDown."""


class RateStoreDown(Exception):
    """Nothing can be counted now."""


def after_taking(ahead: float, units: float, rate: Rate) -> float:
    """Seconds that a caller is ahead of its rate after taking units; negative ones give back, at most to 0.

    This is the generic cell rate algorithm (ITU-T I.371, virtual scheduling): `ahead` is its theoretical arrival time
    less now. `fits` says whether that is allowed.
    """
    after = ahead + units * rate.seconds_a_unit
    return after if after > 0 else 0.0


def fits(ahead: float, rate: Rate) -> bool:
    return ahead <= (rate.burst + ROUNDING) * rate.seconds_a_unit


def told(ahead: float, units: float, rate: Rate, *, allowed: bool) -> Taken:
    """Tell how a caller stands that is `ahead` now, after it got its units or did not."""
    remaining = max(floor(rate.burst - ahead / rate.seconds_a_unit + ROUNDING), 0)
    if allowed:
        return Taken(allowed, remaining, ahead, 0.0)
    over = after_taking(ahead, units, rate) - rate.burst * rate.seconds_a_unit
    return Taken(allowed, remaining, ahead, min(over, ahead))
