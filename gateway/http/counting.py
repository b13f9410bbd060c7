"""What requests tell to the metrics."""

from starlette.types import Scope

from gateway.execution.plan import Plan
from gateway.execution.result import Result
from gateway.http.doors import OTHER, door_of
from gateway.http.exchange import Exchange
from gateway.http.streamed_response import STREAMED
from gateway.observability.metrics import Metrics

GRAPHQL = "graphql"
NONE = "none"
OK = "OK"
METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"})


def count_exchange(metrics: Metrics, scope: Scope, exchange: Exchange, seconds: float) -> None:
    """Count a request and the bytes of its bodies, and time it unless it streamed.

    `status` is 0 where the client left unanswered.
    """
    door = door_of(scope["path"])
    method = scope["method"] if scope["method"] in METHODS else OTHER
    metrics.requests(door, method, str(exchange.status or 0)).inc()
    if not scope["state"].get(STREAMED):
        metrics.request_seconds(door).observe(seconds)
    metrics.request_bytes(door).inc(exchange.received)
    metrics.response_bytes(door).inc(exchange.sent)


def count_refusal(metrics: Metrics, refused: Result, door: str = GRAPHQL) -> None:
    """Count what was not run, by its code, and by the limit or the rate that was passed."""
    extensions = refused.errors[0]["extensions"]
    limit = extensions.get("limit") or extensions.get("rate") or NONE
    metrics.refusals(door, extensions["code"].value, limit).inc()


def count_operation(metrics: Metrics, plan: Plan, result: Result, seconds: float) -> None:
    kind = plan.operation.operation.value
    code = result.errors[0]["extensions"]["code"].value if result.errors else OK
    metrics.operations(kind, code, result.road.value).inc()
    metrics.operation_seconds(kind, result.road.value).observe(seconds)
