from contextlib import AsyncExitStack

from gateway.app.address import unquoted
from gateway.app.clock import now
from gateway.execution.budget import COST, Budget
from gateway.http.mistakes import Mistakes
from gateway.limits.rate import Rate, RateStore
from gateway.limits.rate_memory import MemoryRates
from gateway.observability.metrics import Metrics
from gateway.schema.cost import CLAIMS
from gateway.settings.settings import Settings


async def open_rates(settings: Settings, metrics: Metrics, stack: AsyncExitStack) -> RateStore:
    if settings.rate_store_url is None:
        return MemoryRates()
    from gateway.limits.rate_valkey import ValkeyRates

    stand_in = MemoryRates() if settings.rate_store_down == "open" else None
    with unquoted("rate_store_url"):
        rates = ValkeyRates.of_url(settings.rate_store_url, stand_in, failures=metrics.rate_store_failures)
    stack.push_async_callback(rates.close)
    return rates


async def ask_rate_store(settings: Settings) -> str | None:
    """Ask the shared store of rates once; return why it cannot be used, None where it can or there is none.

    Raise NotUsable where its address is none.
    """
    if settings.rate_store_url is None:
        return None
    from gateway.limits.rate_valkey import ValkeyRates

    with unquoted("rate_store_url"):
        rates = ValkeyRates.of_url(settings.rate_store_url, None)
    try:
        return await rates.failure()
    finally:
        await rates.close()


def mistakes_of(settings: Settings, store: RateStore) -> Mistakes:
    count = settings.credentials_rate
    return Mistakes(Rate(count, count) if count else None, store)


def budget_of(settings: Settings, store: RateStore) -> Budget:
    rates: dict[str, Rate] = {}
    if settings.cost_a_minute:
        rates[COST] = Rate(settings.cost_a_minute, settings.rate_burst or settings.cost_a_minute)
    if settings.claim_rate:
        rates[CLAIMS.name] = Rate(settings.claim_rate, settings.claim_rate)
    return Budget(settings.maximum_cost, rates, store, now)
