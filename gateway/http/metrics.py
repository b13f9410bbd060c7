from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def metrics_route(write: Callable[[str], tuple[bytes, str]]) -> Route:
    """`/metrics`: everything counted so far, which `write` puts into the form that `Accept` asks for, and names it."""

    async def answer(request: Request) -> Response:
        text, content_type = write(request.headers.get("accept", ""))
        return Response(text, headers={"content-type": content_type, "cache-control": "no-store"})

    return Route("/metrics", answer)
