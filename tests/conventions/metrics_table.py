"""The README's table of metrics, read off the instruments."""

from collections.abc import Iterator

from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.metrics_core import Metric

from gateway.observability.cache_metrics import CacheMetrics
from gateway.observability.metrics import make_metrics

HEAD = "| Metric | Type | Labels | Meaning |\n|---|---|---|---|\n"
SUFFIX = {"counter": "_total", "info": "_info"}


def metrics_table() -> str:
    """A row for each metric of our own: name, type, labels, meaning."""
    return HEAD + "\n".join(_rows())


def _rows() -> Iterator[str]:
    for collector in dict.fromkeys(make_metrics().registry._collector_to_names):
        if isinstance(collector, MetricWrapperBase):
            yield _row(collector._name, collector._type, collector._labelnames, collector._documentation)
        elif isinstance(collector, CacheMetrics):
            yield from map(_family, collector.collect())


def _family(family: Metric) -> str:
    return _row(family.name, family.type, family._labelnames, family.documentation)


def _row(name: str, kind: str, labels: tuple[str, ...], meaning: str) -> str:
    written = ", ".join(f"`{label}`" for label in labels)
    return f"| `{name}{SUFFIX.get(kind, '')}` | {kind} | {written} | {meaning} |"
