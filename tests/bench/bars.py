"""What is held to a bar, as a sentence and whether it was met."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from tests.bench.measure import Cost
from tests.bench.roads import IN_PROCESS, SIGNED_HTTP

MOST_STATEMENTS = 6
DEEPER_AT_MOST = 1.5
GROWTH_AT_MOST = 1.05
CALM = 3
MEGABYTE = 2**20

SHARES: Mapping[tuple[str, str], tuple[int, int]] = MappingProxyType(
    {
        ("list50", SIGNED_HTTP): (16, 26),
        ("fanout50", SIGNED_HTTP): (10, 17),
        ("one", SIGNED_HTTP): (15, 40),
        ("hot", SIGNED_HTTP): (20, 48),
        ("list50", IN_PROCESS): (20, 30),
        ("fanout50", IN_PROCESS): (25, 50),
        ("one", IN_PROCESS): (20, 50),
        ("hot", IN_PROCESS): (20, 48),
    }
)
"""How many times less CPU than the plain server's: what must be, and what is aimed at."""
EXECUTION = (10, 20)
"""The same for the compiled executor, against graphql-core."""
FROM_CACHE = (3, 1.5)
"""How many times the CPU of ready bytes an answer from the cache may take, and what is aimed at."""


@dataclass(frozen=True, slots=True)
class Bar:
    promise: str
    measured: str
    met: bool
    aim: str = ""


def share_bar(name: str, upstream: str, times_less: float) -> Bar:
    """By how much less CPU a request takes than on the plain server."""
    bar, aim = SHARES[name, upstream]
    reached = "reached" if times_less >= aim else "not yet"
    return Bar(
        f"{name}, {upstream}: CPU <= 1/{bar} of plain", f"1/{times_less:.1f}", times_less >= bar, f"1/{aim} {reached}"
    )


def execution_bar(times_less: float) -> Bar:
    bar, aim = EXECUTION
    reached = "reached" if times_less >= aim else "not yet"
    promise = f"execution alone, list50: CPU <= 1/{bar} of graphql-core"
    return Bar(promise, f"1/{times_less:.1f}", times_less >= bar, f"1/{aim} {reached}")


def cache_bar(ratio: float) -> Bar:
    bar, aim = FROM_CACHE
    reached = "reached" if ratio <= aim else "not yet"
    promise = f"list50 from the response cache: CPU <= {bar} x that of ready bytes"
    return Bar(promise, f"{ratio:.2f} x", ratio <= bar, f"{aim} x {reached}")


def calm_bar(cost: Cost) -> Bar:
    """How much longer the slowest take, at 16 clients."""
    promise = f"{cost.task.name}, {cost.task.road.upstream}: p99 at {cost.task.clients} clients <= {CALM} x p50"
    ratio = cost.p99 / cost.p50
    return Bar(promise, f"{ratio:.1f} x", ratio <= CALM)


def call_bars(asks: Mapping[str, int], echoes: int) -> Iterator[Bar]:
    """Over HTTP; `asks`: requests upstream, by operation."""
    for name, calls in (("one", 1), ("list50", 2), ("fanout50", 2 + 50)):
        yield Bar(f"{name} over HTTP: upstream calls = {calls}", str(asks[name]), asks[name] == calls)
    more = asks["list50 with Alexa tags"] - asks["list50"]
    yield Bar(f"tags of {echoes} Echo devices over HTTP: upstream calls = {echoes}", str(more), more == echoes)


def statement_bars(asks: Mapping[str, int]) -> Iterator[Bar]:
    """In process; `asks`: statements, by operation."""
    for name in ("one", "list50", "fanout50"):
        promise = f"{name} in process: SQL statements <= {MOST_STATEMENTS}"
        yield Bar(promise, str(asks[name]), asks[name] <= MOST_STATEMENTS)
    more = asks["list50 with Alexa tags"] - asks["list50"]
    yield Bar("tags of all Echo devices in process: SQL statements = 1", str(more), more == 1)


def ratio_bar(promise: str, ratio: float, at_most: float) -> Bar:
    """For what may cost so many times as much as something else in the same run; `promise` says what."""
    return Bar(f"{promise} <= {at_most:g} x", f"{ratio:.2f} x", ratio <= at_most)


def depth_bar(what: str, shallow: Cost, deep: Cost) -> Bar:
    """By CPU for one request, which other work on the machine changes least."""
    return ratio_bar(f"{what}: CPU at the deepest, of that at 0", deep.cpu / shallow.cpu, DEEPER_AT_MOST)


def memory_bar(resident: Sequence[int], requests: int) -> Bar:
    """Flat is what grows by less than a twentieth from the first tenth of the requests to the last."""
    first, last = resident[0], resident[-1]
    measured = " ".join(str(size // MEGABYTE) for size in resident) + " MB"
    promise = f"memory over {requests:,} requests: the last <= {GROWTH_AT_MOST} x the first"
    return Bar(promise, measured, last <= first * GROWTH_AT_MOST)
