"""Numbers that cost next to nothing to keep: plain increments, on one thread, read when metrics are asked for.

The instruments of prometheus_client are for many threads and take a lock each time; its formats are used as they are.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


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


class Counts:
    """A counter, or a gauge where it is a `level`: a count for each set of its labels' values, in their order."""

    def __init__(self, name: str, meaning: str, labels: Sequence[str], *, level: bool = False) -> None:
        self.name, self.meaning, self.labels, self.level = name, meaning, labels, level
        self.children: dict[tuple[str, ...], Count] = {}

    def __call__(self, *values: str) -> Count:
        child = self.children.get(values)
        if child is None:
            child = self.children[values] = Count()
        return child


class Spreads:
    """A histogram: a spread for each set of its labels' values, in their order."""

    def __init__(self, name: str, meaning: str, labels: Sequence[str], bounds: Sequence[float]) -> None:
        self.name, self.meaning, self.labels, self.bounds = name, meaning, labels, bounds
        self.children: dict[tuple[str, ...], Spread] = {}

    def __call__(self, *values: str) -> Spread:
        child = self.children.get(values)
        if child is None:
            child = self.children[values] = Spread(self.bounds)
        return child
