from prometheus_client import exposition
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.observability.metrics import Metrics


def metrics_route(metrics: Metrics) -> Route:
    """`/metrics`: everything counted so far, as Prometheus or OpenMetrics text, as `Accept` asks."""

    async def answer(request: Request) -> Response:
        encode, content_type = exposition.choose_encoder(request.headers.get("accept", ""))
        return Response(encode(metrics.registry), headers={"content-type": content_type, "cache-control": "no-store"})

    return Route("/metrics", answer)
