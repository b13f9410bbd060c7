"""The README's table of metrics, read off the instruments."""

from collections.abc import Iterator

from prometheus_client import ProcessCollector
from prometheus_client.metrics_core import Metric

from gateway.observability.metrics import make_metrics

HEAD = "| Metric | Type | Labels | Meaning |\n|---|---|---|---|\n"
SUFFIX = {"counter": "_total", "info": "_info"}


def metrics_table() -> str:
    """A row for each metric of our own: name, type, labels, meaning."""
    return HEAD + "\n".join(_row(family) for family in _families())


def _families() -> Iterator[Metric]:
    for collector in make_metrics().registry._collector_to_names:
        if not isinstance(collector, ProcessCollector):
            yield from collector.collect()


def _row(family: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in getattr(family, "_labelnames", ()))
    return f"| `{family.name}{SUFFIX.get(family.type, '')}` | {family.type} | {labels} | {family.documentation} |"
