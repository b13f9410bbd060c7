"""What was counted, as Prometheus and OpenMetrics write it."""

from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector, exposition
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from gateway import __version__
from gateway.observability.cache_metrics import CacheMetrics
from gateway.observability.instruments import Counts, Spreads
from gateway.observability.metrics import Metrics


class Told(Collector):
    """What the instruments hold, and what caches count themselves, when it is asked for."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("gateway", "The version that runs.", {"version": __version__})
        for instrument in self._metrics.instruments:
            yield _counts(instrument) if isinstance(instrument, Counts) else _spreads(instrument)
        yield from _caches(self._metrics.caches)


def registry_of(metrics: Metrics) -> CollectorRegistry:
    """These metrics, and those of the process."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(Told(metrics))
    return registry


def write(metrics: Metrics, accept: str) -> tuple[bytes, str]:
    """Everything counted so far in the form that an Accept header asks for, and the type of that."""
    encode, content_type = exposition.choose_encoder(accept)
    return encode(registry_of(metrics)), content_type


def _counts(counts: Counts) -> Metric:
    kind = GaugeMetricFamily if counts.level else CounterMetricFamily
    family = kind(counts.name, counts.meaning, labels=counts.labels)
    for values, count in counts.children.items():
        family.add_metric(values, count.value)
    return family


def _spreads(spreads: Spreads) -> Metric:
    family = HistogramMetricFamily(spreads.name, spreads.meaning, labels=spreads.labels)
    names = [*map(str, spreads.bounds), "+Inf"]
    for values, spread in spreads.children.items():
        up_to = zip(names, map(float, accumulate(spread.counts)), strict=True)
        family.add_metric(values, list(up_to), spread.total)
    return family


def _caches(caches: CacheMetrics) -> tuple[Metric, ...]:
    hits = CounterMetricFamily("gateway_cache_hits", "Found in a cache.", labels=["cache"])
    misses = CounterMetricFamily("gateway_cache_misses", "Looked for in a cache in vain.", labels=["cache"])
    held = GaugeMetricFamily("gateway_cache_bytes", "Bytes, roughly, that a cache holds.", labels=["cache"])
    for name, cache in caches.watched.items():
        hits.add_metric([name], cache.hits)
        misses.add_metric([name], cache.misses)
        held.add_metric([name], cache.held_bytes)
    return hits, misses, held
