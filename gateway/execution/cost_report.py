from datetime import datetime, timedelta
from typing import Any, Self

from msgspec import Struct


class CostReport(Struct, frozen=True, gc=False):
    """What a request cost, in the units of the schema's @cost.

    `requested`: the most that it would have cost, told by document and variables; `actual`: what came of it. `limit`:
    what can be spent at once. `remaining` of that is left, and all of it is back `reset_after` seconds after
    `told_at`; None without a rate.
    """

    requested: int
    actual: int
    limit: int
    remaining: int | None = None
    reset_after: int | None = None
    told_at: datetime | None = None

    def of(self, requested: int, actual: int) -> Self:
        """The report of one of several that were counted together."""
        return type(self)(requested, actual, self.limit, self.remaining, self.reset_after, self.told_at)

    def as_extension(self) -> dict[str, Any]:
        """Return it as `extensions.cost` has it; times in RFC 3339."""
        return {
            "requested": self.requested,
            "actual": self.actual,
            "limit": self.limit,
            "remaining": self.remaining,
            "resetAt": self._reset_at(),
        }

    def _reset_at(self) -> str | None:
        if self.told_at is None or self.reset_after is None:
            return None
        return f"{self.told_at + timedelta(seconds=self.reset_after):%Y-%m-%dT%H:%M:%S}Z"
