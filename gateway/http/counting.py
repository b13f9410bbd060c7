"""What requests tell to the metrics."""

from starlette.types import Scope

from gateway.execution.plan import Plan
from gateway.execution.result import Result
from gateway.http.doors import OTHER, door_of
from gateway.http.exchange import Exchange
from gateway.http.streamed_response import STREAMED
from gateway.observability.instruments import Count
from gateway.observability.metrics import Metrics

GRAPHQL = "graphql"
NONE = "none"
OK = "OK"
METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"})


class ExchangeCounts:
    """Counts requests and the bytes of their bodies, and times what did not stream.

    `status` is 0 where the client left unanswered.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._found: dict[tuple[str, str, int], tuple[Count, Count, Count]] = {}

    def add(self, scope: Scope, exchange: Exchange, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else OTHER
        key = door_of(scope["path"]), method, exchange.status or 0
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._find(*key)
        requests, received, sent = found
        requests.inc()
        if STREAMED not in scope["state"]:
            self._metrics.request_seconds(key[0]).observe(seconds)
        received.inc(exchange.received)
        sent.inc(exchange.sent)

    def _find(self, door: str, method: str, status: int) -> tuple[Count, Count, Count]:
        metrics = self._metrics
        return (
            metrics.requests(door, method, str(status)),
            metrics.request_bytes(door),
            metrics.response_bytes(door),
        )


def count_refusal(metrics: Metrics, refused: Result, door: str = GRAPHQL) -> None:
    """Count what was not run, by its code, and by the limit or the rate that was passed."""
    extensions = refused.errors[0]["extensions"]
    limit = extensions.get("limit") or extensions.get("rate") or NONE
    metrics.refusals(door, extensions["code"].value, limit).inc()


def count_operation(metrics: Metrics, plan: Plan, result: Result, seconds: float) -> None:
    kind = plan.operation.operation.value
    code = result.errors[0]["extensions"]["code"].value if result.errors else OK
    metrics.operations(kind, code, result.road).inc()
    metrics.operation_seconds(kind, result.road).observe(seconds)
