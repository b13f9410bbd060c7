"""What the way of a GraphQL request tells to the metrics."""

from gateway.execution.plan import Plan
from gateway.execution.result import Result
from gateway.observability.metrics import Metrics

GRAPHQL = "graphql"
NONE = "none"
OK = "OK"


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
