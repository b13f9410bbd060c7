from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.observability.event_log import EventLog

log = EventLog(__name__)

Ready: TypeAlias = Callable[[], Awaitable[str | None]]
"""Tells why no request should be sent here (`shutting down`, `the store does not answer`); None when ready."""


def health_routes(ready: Ready) -> list[Route]:
    """`/live`: the process answers. `/ready`: requests will be served; 503 with the reason where not."""

    async def answer_live(_request: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def answer_ready(_request: Request) -> Response:
        reason = await _reason(ready)
        if reason is None:
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "not ready", "reason": reason}, status_code=503)

    return [Route("/live", answer_live), Route("/ready", answer_ready)]


async def _reason(ready: Ready) -> str | None:
    try:
        return await ready()
    except Exception:  # a probe gets an answer, whatever broke
        log.exception("readiness check failed")
        return "the readiness check failed"
