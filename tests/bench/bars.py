"""What is held to a bar, as a sentence and whether it was met."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.bench.measure import Cost

MOST_STATEMENTS = 6
DEEPER_AT_MOST = 1.5
GROWTH_AT_MOST = 1.05
MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Bar:
    promise: str
    measured: str
    met: bool


def call_bars(asks: Mapping[str, int], echoes: int) -> Iterator[Bar]:
    """Over aioboto3; `asks`: requests upstream, by operation."""
    for name, calls in (("one", 1), ("list50", 2), ("fanout50", 2 + 50)):
        yield Bar(f"{name} over aioboto3: upstream calls = {calls}", str(asks[name]), asks[name] == calls)
    more = asks["list50 with Alexa tags"] - asks["list50"]
    yield Bar(f"tags of {echoes} Echo devices over aioboto3: upstream calls = {echoes}", str(more), more == echoes)


def statement_bars(asks: Mapping[str, int]) -> Iterator[Bar]:
    """In process; `asks`: statements, by operation."""
    for name in ("one", "list50", "fanout50"):
        promise = f"{name} in process: SQL statements <= {MOST_STATEMENTS}"
        yield Bar(promise, str(asks[name]), asks[name] <= MOST_STATEMENTS)
    more = asks["list50 with Alexa tags"] - asks["list50"]
    yield Bar("tags of all Echo devices in process: SQL statements = 1", str(more), more == 1)


def depth_bar(what: str, shallow: Cost, deep: Cost) -> Bar:
    """By CPU for one request, which other work on the machine changes least."""
    ratio = deep.cpu / shallow.cpu
    return Bar(f"{what}: CPU at the deepest <= {DEEPER_AT_MOST} x that at 0", f"{ratio:.2f} x", ratio <= DEEPER_AT_MOST)


def memory_bar(resident: Sequence[int], requests: int) -> Bar:
    """Flat is what grows by less than a twentieth from the first tenth of the requests to the last."""
    first, last = resident[0], resident[-1]
    measured = " ".join(str(size // MEGABYTE) for size in resident) + " MB"
    promise = f"memory over {requests:,} requests: the last <= {GROWTH_AT_MOST} x the first"
    return Bar(promise, measured, last <= first * GROWTH_AT_MOST)
