"""What operators count and time: made once by the composition root, called at the seams, read at `/metrics`.

No label holds anything that a caller wrote, so the number of series is bounded by settings and code.
"""

from collections.abc import Sequence

from msgspec import Struct

from gateway.observability.cache_metrics import CacheMetrics
from gateway.observability.instruments import Count, Counts, Spreads

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
KEYS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)


class Metrics(Struct, frozen=True):
    """The instruments, by seam; what each means and its labels are stands in `make_metrics` and in the README.

    `caches` reads what caches count themselves; `watch` one and it is told.
    """

    instruments: Sequence[Counts | Spreads]
    requests: Counts
    request_seconds: Spreads
    request_bytes: Counts
    response_bytes: Counts
    refusals: Counts
    operations: Counts
    operation_seconds: Spreads
    uncompiled: Counts
    loader_keys: Spreads
    upstream_calls: Counts
    upstream_seconds: Spreads
    rate_store_failures: Count
    live_streams: Counts
    caches: CacheMetrics


def make_metrics() -> Metrics:
    """Make all instruments anew."""
    instruments: list[Counts | Spreads] = []

    def counters(name: str, meaning: str, *labels: str, level: bool = False) -> Counts:
        made = Counts(f"gateway_{name}", meaning, labels, level=level)
        instruments.append(made)
        return made

    def histograms(name: str, meaning: str, bounds: tuple[float, ...], *labels: str) -> Spreads:
        made = Spreads(f"gateway_{name}", meaning, labels, bounds)
        instruments.append(made)
        return made

    return Metrics(
        instruments,
        counters("http_requests", "Requests answered.", "door", "method", "status"),
        histograms("http_request_seconds", "Time from a request's head to the end of its answer.", SECONDS, "door"),
        counters("http_request_bytes", "Bytes of bodies received.", "door"),
        counters("http_response_bytes", "Bytes of bodies sent.", "door"),
        counters("refusals", "Requests refused before anything ran, and the limit or rate.", "door", "code", "limit"),
        counters("operations", "Operations run, by the code of their first error or OK.", "type", "code", "executor"),
        histograms("operation_seconds", "Time that operations ran.", SECONDS, "type", "executor"),
        counters("uncompiled", "Operations that are left to graphql-core, by why.", "reason"),
        histograms("loader_keys", "Keys that a loader asked for at once.", KEYS, "loader"),
        counters("upstream_calls", "Calls of a source's service.", "source", "operation", "outcome"),
        histograms("upstream_seconds", "Time for a call, or many made at once.", SECONDS, "source", "operation"),
        counters("rate_store_failures", "Calls of the shared store of rates that failed.")(),
        counters("live_streams", "Open sockets, and answers that stream.", "transport", level=True),
        CacheMetrics(),
    )
