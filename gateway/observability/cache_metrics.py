from collections.abc import Iterable
from typing import Protocol

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


class Cache(Protocol):
    """A cache that counts for itself, in plain numbers: nothing is called when it is used."""

    hits: int
    misses: int
    held_bytes: int


class CacheMetrics(Collector):
    """Reads the numbers of the watched caches whenever metrics are asked for."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._caches: dict[str, Cache] = {}
        registry.register(self)

    def watch(self, name: str, cache: Cache) -> None:
        """Tell of a cache from now on, under that name."""
        self._caches[name] = cache

    def collect(self) -> Iterable[Metric]:
        hits = CounterMetricFamily("gateway_cache_hits", "Found in a cache.", labels=["cache"])
        misses = CounterMetricFamily("gateway_cache_misses", "Looked for in a cache in vain.", labels=["cache"])
        held = GaugeMetricFamily("gateway_cache_bytes", "Bytes, roughly, that a cache holds.", labels=["cache"])
        for name, cache in self._caches.items():
            hits.add_metric([name], cache.hits)
            misses.add_metric([name], cache.misses)
            held.add_metric([name], cache.held_bytes)
        return hits, misses, held
