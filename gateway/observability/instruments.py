"""Numbers that cost next to nothing to keep: plain increments, on one thread, read when metrics are asked for.

The instruments of prometheus_client are for many threads and take a lock each time; its formats are used as they are.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector


class Count:
    """Something that is counted; a level goes down as well."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0.0

    def inc(self, amount: float = 1) -> None:
        self.value += amount

    @contextmanager
    def track_inprogress(self) -> Iterator[None]:
        """One more, for as long as it is held."""
        self.value += 1
        try:
            yield
        finally:
            self.value -= 1


class Spread:
    """Values by how large they are: `counts` has one for each bound, and one for what is beyond the last."""

    __slots__ = ("_bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        self.counts[bisect_left(self._bounds, value)] += 1
        self.total += value


class Counts(Collector):
    """A counter, or a gauge where it is a `level`: a count for each set of its labels' values, in their order."""

    def __init__(self, name: str, meaning: str, labels: Sequence[str], *, level: bool = False) -> None:
        self._about = name, meaning
        self._labels = labels
        self._kind = GaugeMetricFamily if level else CounterMetricFamily
        self._children: dict[tuple[str, ...], Count] = {}

    def __call__(self, *values: str) -> Count:
        child = self._children.get(values)
        if child is None:
            child = self._children[values] = Count()
        return child

    def collect(self) -> Iterable[Metric]:
        family = self._kind(*self._about, labels=self._labels)
        for values, child in self._children.items():
            family.add_metric(values, child.value)
        return (family,)


class Spreads(Collector):
    """A histogram: a spread for each set of its labels' values, in their order."""

    def __init__(self, name: str, meaning: str, labels: Sequence[str], bounds: Sequence[float]) -> None:
        self._about = name, meaning
        self._labels = labels
        self._bounds = bounds
        self._names = [*map(str, bounds), "+Inf"]
        self._children: dict[tuple[str, ...], Spread] = {}

    def __call__(self, *values: str) -> Spread:
        child = self._children.get(values)
        if child is None:
            child = self._children[values] = Spread(self._bounds)
        return child

    def collect(self) -> Iterable[Metric]:
        family = HistogramMetricFamily(*self._about, labels=self._labels)
        for values, child in self._children.items():
            upto = zip(self._names, map(float, accumulate(child.counts)), strict=True)
            family.add_metric(values, list(upto), child.total)
        return (family,)
