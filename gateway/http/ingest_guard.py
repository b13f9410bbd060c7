from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.http.mistakes import CREDENTIALS, MESSAGE, Mistakes
from gateway.observability.metrics import Metrics

UNAUTHENTICATED = 401

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


def guarded(report: Endpoint, mistakes: Mistakes, metrics: Metrics) -> Endpoint:
    """Count wrong secrets against the address that they come from; while it has to wait, nothing of it is looked at."""

    async def endpoint(request: Request) -> Response:
        address = request.client.host if request.client else None
        shown = request.headers.get("authorization", "")
        seconds = mistakes.seconds_to_wait(address, shown)
        if not seconds:
            response = await report(request)
            if response.status_code != UNAUTHENTICATED:
                mistakes.none_made(address, shown)
                return response
            metrics.refusals("ingest", "UNAUTHENTICATED", "none").inc()
            seconds = await mistakes.made(address, shown)
            if not seconds:
                return response
        metrics.refusals("ingest", "RATE_LIMITED", CREDENTIALS).inc()
        return JSONResponse({"error": MESSAGE.format(seconds)}, 429, {"retry-after": str(seconds)})

    return endpoint
