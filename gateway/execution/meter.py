from gateway.execution.budget import COST, Budget, RateLimited

ADVANCE = 100
"""Units taken at once, so that not every payload asks a store of rates that is elsewhere."""


class Meter:
    """Pays for a stream's payloads out of its caller's rate of cost, somewhat in advance."""

    def __init__(self, budget: Budget, payer: str) -> None:
        self._budget = budget
        self._payer = payer
        self._counts = COST in budget.rates
        self._paid = 0

    async def pay(self, cost: int) -> None:
        """Raise RateLimited where the caller has to wait."""
        if not self._counts:
            return
        if cost > self._paid:
            await self._take(cost - self._paid)
        self._paid -= cost

    async def close(self) -> None:
        """Give back what was not used."""
        unused, self._paid = self._paid, 0
        if unused:
            await self._budget.give_back(self._payer, unused)

    async def _take(self, missing: int) -> None:
        units = max(missing, ADVANCE)
        try:
            await self._budget.spend(self._payer, units)
        except RateLimited:
            units = missing
            await self._budget.spend(self._payer, units)
        self._paid += units
