"""The README's table of metrics, read off the instruments."""

from prometheus_client.metrics_core import Metric

from gateway.observability.exposition import Told
from gateway.observability.metrics import make_metrics

HEAD = "| Metric | Type | Labels | Meaning |\n|---|---|---|---|\n"
SUFFIX = {"counter": "_total", "info": "_info"}


def metrics_table() -> str:
    """A row for each metric of our own: name, type, labels, meaning."""
    return HEAD + "\n".join(_row(family) for family in Told(make_metrics()).collect())


def _row(family: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in getattr(family, "_labelnames", ()))
    return f"| `{family.name}{SUFFIX.get(family.type, '')}` | {family.type} | {labels} | {family.documentation} |"
