from typing import Any

from msgspec import Struct

from gateway.model.errors import InvalidInput
from gateway.model.purpose import Purpose


class PageLimits(Struct, frozen=True):
    """`size`: items of a page where neither first nor last is given; `maximum`: the largest of either."""

    size: int = 20
    maximum: int = 100


class Slice(Struct, frozen=True):
    """What a connection was asked for: `limit` items after one cursor and before another, from the start or the end."""

    limit: int
    backwards: bool
    after: str | None
    before: str | None

    @property
    def other_flag(self) -> bool:
        """The PageInfo flag of the direction not asked for: true when its cursor was given."""
        return (self.before if self.backwards else self.after) is not None


class Mark(Struct, frozen=True):
    """What a cursor holds before it is sealed; `purpose` binds it to its list and its arguments."""

    purpose: Purpose
    payload: list[Any]


def slice_of(first: int | None, after: str | None, last: int | None, before: str | None, limits: PageLimits) -> Slice:
    """Check a connection's arguments (Relay cursor connections, section Arguments); raise InvalidInput naming one."""
    if first is not None and last is not None:
        raise InvalidInput("Give either first or last, not both.", "last")
    argument, asked = ("last", last) if last is not None else ("first", first)
    limit = min(limits.size, limits.maximum) if asked is None else asked
    if limit < 0:
        raise InvalidInput(f"{argument} must not be negative.", argument)
    if limit > limits.maximum:
        raise InvalidInput(f"{argument} must not be more than {limits.maximum}.", argument)
    return Slice(limit, last is not None, after, before)
