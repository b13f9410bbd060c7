from typing import Protocol


class Cache(Protocol):
    """A cache that counts for itself, in plain numbers: nothing is called when it is used."""

    hits: int
    misses: int
    held_bytes: int


class CacheMetrics:
    """The caches whose numbers are read whenever metrics are asked for, by name."""

    def __init__(self) -> None:
        self.watched: dict[str, Cache] = {}

    def watch(self, name: str, cache: Cache) -> None:
        """Tell of a cache from now on, under that name."""
        self.watched[name] = cache
