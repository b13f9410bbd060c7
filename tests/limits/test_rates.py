"""Rates: the same promises in memory and in a real Valkey, which two replicas share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.limits.rate import Rate, RateStore, RateStoreDown, Taken
from gateway.limits.rate_memory import MemoryRates
from gateway.limits.rate_valkey import ValkeyRates
from tests.valkey import valkey_server

SLOW = Rate(per_minute=0.001, burst=100)
"""Nothing comes back while a test runs."""

KEY = "somebody"


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


PATIENT = 30.0  # a busy machine is not a store that is down


@asynccontextmanager
async def valkey_rates(url: str, stand_in: RateStore | None = None) -> AsyncIterator[ValkeyRates]:
    rates = ValkeyRates.of_url(url, stand_in, answer_seconds=PATIENT)
    try:
        yield rates
    finally:
        await rates.close()


@pytest.fixture(params=["memory", "valkey"])
async def rates(request: pytest.FixtureRequest) -> AsyncIterator[RateStore]:
    """Each test that asks for it runs over both stores."""
    if request.param == "memory":
        yield MemoryRates()
        return
    async with valkey_rates(request.getfixturevalue("valkey")) as store:
        await store._client.flushall()
        yield store


async def test_a_burst_can_be_spent_at_once_and_not_more(rates: RateStore) -> None:
    """All of the burst is there at first; then nothing is."""
    whole, more = await rates.take(KEY, 100, SLOW), await rates.take(KEY, 1, SLOW)

    assert (whole.allowed, whole.remaining, whole.retry_after) == (True, 0, 0)
    assert (more.allowed, more.remaining) == (False, 0)
    assert more.retry_after == pytest.approx(60_000, rel=0.001)
    assert more.full_after == pytest.approx(6_000_000, rel=0.001)


async def test_what_is_refused_takes_nothing(rates: RateStore) -> None:
    """After a refusal as much is left as before."""
    await rates.take(KEY, 60, SLOW)
    refused = await rates.take(KEY, 41, SLOW)
    rest = await rates.take(KEY, 40, SLOW)

    assert (refused.allowed, refused.remaining) == (False, 40)
    assert (rest.allowed, rest.remaining) == (True, 0)


async def test_what_was_not_used_is_given_back(rates: RateStore) -> None:
    """Units given back can be taken again at once."""
    await rates.take(KEY, 100, SLOW)
    back = await rates.take(KEY, -70, SLOW, anyway=True)
    again = await rates.take(KEY, 70, SLOW)

    assert (back.allowed, back.remaining) == (True, 70)
    assert (again.allowed, again.remaining) == (True, 0)


async def test_more_than_the_burst_is_never_given_back(rates: RateStore) -> None:
    """Giving back does not save up beyond the burst."""
    await rates.take(KEY, 1, SLOW)
    back = await rates.take(KEY, -1000, SLOW, anyway=True)
    too_many = await rates.take(KEY, 101, SLOW)

    assert back.remaining == 100
    assert (too_many.allowed, too_many.remaining) == (False, 100)


async def test_what_cost_more_than_was_taken_is_owed(rates: RateStore) -> None:
    """A debt is worked off before anything can be taken."""
    await rates.take(KEY, 100, SLOW)
    owed = await rates.take(KEY, 50, SLOW, anyway=True)
    back = await rates.take(KEY, -50, SLOW, anyway=True)

    assert (owed.remaining, back.remaining) == (0, 0)
    assert (await rates.take(KEY, -10, SLOW, anyway=True)).remaining == 10


async def test_callers_do_not_share(rates: RateStore) -> None:
    """What one caller spends, another has."""
    await rates.take(KEY, 100, SLOW)

    assert (await rates.take("somebody else", 100, SLOW)).allowed


async def test_at_the_same_time_no_more_is_taken_than_there_is(rates: RateStore) -> None:
    """Of two hundred takes at once, the burst's hundred are allowed."""
    outcomes = await asyncio.gather(*(rates.take(KEY, 1, SLOW) for _ in range(200)))

    assert sum(outcome.allowed for outcome in outcomes) == 100


async def test_it_comes_back_with_time(rates: RateStore) -> None:
    """At a rate of thousands a second the burst is back as soon as it was spent."""
    fast = Rate(per_minute=60_000_000, burst=10)
    outcomes = [await rates.take(KEY, 10, fast) for _ in range(3)]
    while not outcomes[-1].allowed:
        outcomes.append(await rates.take(KEY, 10, fast))

    assert outcomes[-1].allowed


async def test_two_replicas_share_one_rate(valkey: str) -> None:
    """What is spent at one replica is not there at the other."""
    async with valkey_rates(valkey) as one, valkey_rates(valkey) as other:
        await one._client.flushall()
        await one.take(KEY, 60, SLOW)
        refused = await other.take(KEY, 60, SLOW)
        await other.take(KEY, -20, SLOW, anyway=True)
        rest = await one.take(KEY, 60, SLOW)

    assert (refused.allowed, refused.remaining) == (False, 40)
    assert (rest.allowed, rest.remaining) == (True, 0)


async def test_the_store_keeps_nothing_longer_than_it_matters(valkey: str) -> None:
    """A key expires when all units are back, and does not tell who the caller is."""
    async with valkey_rates(valkey) as one:
        await one._client.flushall()
        await one.take("secret caller", 50, Rate(per_minute=60, burst=100))
        [key] = await one._client.keys("*")
        left = await one._client.pttl(key)
        await one.take("secret caller", -50, Rate(per_minute=60, burst=100), anyway=True)
        after = await one._client.keys("*")

    assert 49_000 < left <= 50_000
    assert b"secret" not in key
    assert after == []


@asynccontextmanager
async def down(stand_in: RateStore | None, clock: Clock) -> AsyncIterator[tuple[ValkeyRates, int]]:
    """Rates whose Valkey was there, and has gone; with its port."""
    with valkey_server() as server:
        rates = ValkeyRates.of_url(server.connection_url, stand_in, clock)
        await rates.take(KEY, 1, SLOW)
        port = server.port
    try:
        yield rates, port
    finally:
        await rates.close()


async def test_closed_nothing_passes_while_the_store_is_down() -> None:
    """Without a stand-in nobody can say that a caller may."""
    async with down(None, Clock()) as (rates, _):
        with pytest.raises(RateStoreDown):
            await rates.take(KEY, 1, SLOW)
        with pytest.raises(RateStoreDown):
            await rates.take(KEY, 1, SLOW)


async def test_open_a_replica_counts_for_itself_while_the_store_is_down() -> None:
    """Open does not mean without bounds."""
    async with down(MemoryRates(), Clock()) as (rates, _):
        whole, more = await rates.take(KEY, 100, SLOW), await rates.take(KEY, 1, SLOW)
        back = await rates.take(KEY, -30, SLOW, anyway=True)

    assert (whole.allowed, more.allowed, back.remaining) == (True, False, 30)


async def test_the_store_is_asked_again_when_it_has_rested() -> None:
    """A store that is down is asked once a second, not by every request; when it is back it counts again."""
    clock = Clock()
    async with down(None, clock) as (rates, port):
        with pytest.raises(RateStoreDown):
            await rates.take(KEY, 1, SLOW)
        with valkey_server(port):
            with pytest.raises(RateStoreDown):
                await rates.take(KEY, 1, SLOW)
            clock.now += 1.0
            outcome = await rates.take(KEY, 1, SLOW)

    assert (outcome.allowed, outcome.remaining) == (True, 99)


async def test_a_store_that_was_restarted_is_used_at_once(valkey: str) -> None:
    """A connection that the store has closed is opened again, within the same request."""
    async with valkey_rates(valkey) as rates:
        await rates._client.flushall()
        await rates.take(KEY, 1, SLOW)
        async with valkey_rates(valkey) as other:
            await other._client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        outcome = await rates.take(KEY, 1, SLOW)

    assert (outcome.allowed, outcome.remaining) == (True, 98)


async def test_memory_is_bounded() -> None:
    """However many callers there are, only so many are remembered: those that asked last."""
    rates = MemoryRates(Clock(), most_keys=10)
    for number in range(100):
        await rates.take(str(number), 100, SLOW)

    assert len(rates) == 10
    assert not (await rates.take("90", 1, SLOW)).allowed
    assert (await rates.take("89", 1, SLOW)).allowed


async def test_who_has_all_units_back_is_forgotten() -> None:
    """Memory holds only those that are short of something."""
    clock = Clock()
    rates = MemoryRates(clock)
    await rates.take("early", 60, Rate(60, 100))
    clock.now = 60.0
    await rates.take("late", 1, Rate(60, 100))

    assert len(rates) == 1


@dataclass
class Bucket:
    """The naive model: a bucket of exact numbers, filled a little at every step."""

    rate: Rate
    level: Fraction

    def wait(self, seconds: float) -> None:
        self.level = min(
            self.level + Fraction(seconds) * Fraction(self.rate.per_minute) / 60, Fraction(self.rate.burst)
        )

    def take(self, units: int) -> bool:
        if units > self.level:
            return False
        self.level -= units
        return True

    def settle(self, units: int) -> None:
        self.level = min(self.level - units, Fraction(self.rate.burst))


# Powers of two: what is added up is exact, so that both must agree to the unit.
RATES = st.builds(lambda power, burst: Rate(60.0 * 2**power, burst), st.integers(-4, 4), st.integers(1, 64))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["take", "settle"]),
        st.integers(-20, 40),
        st.integers(0, 4096).map(lambda thousandths: thousandths / 1024),
    ),
    max_size=40,
)


@given(RATES, STEPS)
@settings(deadline=None)
async def test_the_rate_is_that_of_a_bucket(rate: Rate, steps: list[tuple[str, int, float]]) -> None:
    """Whatever is taken, given back, owed and waited for: allowed, left and the time to wait are those of a bucket."""
    clock = Clock()
    rates, bucket = MemoryRates(clock), Bucket(rate, Fraction(rate.burst))
    for action, number, seconds in steps:
        units = number if action == "settle" else abs(number)
        clock.now += seconds
        bucket.wait(seconds)
        if action == "settle":
            outcome, allowed = await rates.take(KEY, units, rate, anyway=True), True
            bucket.settle(units)
        else:
            outcome, allowed = await rates.take(KEY, units, rate), bucket.take(units)

        assert outcome.allowed is allowed
        assert outcome.remaining == max(bucket.level, Fraction(0)).__floor__()
        assert outcome.full_after == float((rate.burst - bucket.level) * 60 / Fraction(rate.per_minute))
        if not allowed and units <= rate.burst:
            await _the_wait_is_exact(clock, rates, outcome, units, rate)
            bucket.wait(outcome.retry_after)
            assert bucket.take(units)


async def _the_wait_is_exact(clock: Clock, rates: MemoryRates, outcome: Taken, units: int, rate: Rate) -> None:
    clock.now += outcome.retry_after - 1 / 1024
    assert not (await rates.take(KEY, units, rate)).allowed
    clock.now += 1 / 1024
    assert (await rates.take(KEY, units, rate)).allowed


@given(st.lists(st.tuples(st.sampled_from(["take", "settle"]), st.integers(-40, 60)), max_size=30))
@settings(deadline=None, max_examples=40)
async def test_valkey_counts_as_memory_does(valkey: str, steps: list[tuple[str, int]]) -> None:
    """The script in the store and the gateway's own arithmetic are one."""
    memory = MemoryRates(Clock())
    async with valkey_rates(valkey) as shared:
        await shared._client.flushall()
        for action, units in steps:
            asked, anyway = (units, True) if action == "settle" else (max(units, 0), False)
            one = await memory.take(KEY, asked, SLOW, anyway=anyway)
            other = await shared.take(KEY, asked, SLOW, anyway=anyway)

            assert (other.allowed, other.remaining) == (one.allowed, one.remaining)
            assert other.full_after == pytest.approx(one.full_after, abs=30)
