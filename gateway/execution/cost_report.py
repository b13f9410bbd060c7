from datetime import datetime
from typing import Any, Self

from msgspec import Struct


class CostReport(Struct, frozen=True):
    """What a request cost, in the units of the schema's @cost.

    `requested`: the most that it would have cost, told by document and variables; `actual`: what came of it. `limit`:
    what can be spent at once. `remaining` of that is left, and all of it is back at `reset_at`, which is in
    `reset_after` seconds; None without a rate.
    """

    requested: int
    actual: int
    limit: int
    remaining: int | None = None
    reset_after: int | None = None
    reset_at: datetime | None = None

    def of(self, requested: int, actual: int) -> Self:
        """The report of one of several that were counted together."""
        return type(self)(requested, actual, self.limit, self.remaining, self.reset_after, self.reset_at)

    def as_extension(self) -> dict[str, Any]:
        """Return it as `extensions.cost` has it; times in RFC 3339."""
        return {
            "requested": self.requested,
            "actual": self.actual,
            "limit": self.limit,
            "remaining": self.remaining,
            "resetAt": None if self.reset_at is None else f"{self.reset_at:%Y-%m-%dT%H:%M:%S}Z",
        }
