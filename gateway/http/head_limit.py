from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.execution.result import ErrorCode
from gateway.http.accept import MediaType
from gateway.http.counting import count_refusal
from gateway.http.doors import door_of
from gateway.http.refusal import HttpRefused
from gateway.http.refused_handshake import refuse_handshake
from gateway.http.response import write_refusal
from gateway.observability.metrics import Metrics

PER_LINE = 4
"""Bytes of a header beside its name and value."""


class HeadLimit:
    """Refuses a request whose line and headers are larger than `max_bytes`: 414 for the line alone, else 431."""

    def __init__(self, app: ASGIApp, max_bytes: int, metrics: Metrics) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        size = line = len(scope["raw_path"]) + len(scope["query_string"])
        for name, value in scope["headers"]:
            size += len(name) + len(value) + PER_LINE
        if size <= self._max_bytes:
            await self._app(scope, receive, send)
            return
        refusal = head_too_large(self._max_bytes, 414 if line > self._max_bytes else 431)
        count_refusal(self._metrics, refusal.result, door_of(scope["path"]))
        response = write_refusal(refusal, MediaType.JSON)
        if scope["type"] == "websocket":
            await refuse_handshake(scope, response, send)
            return
        for message in response.messages():
            await send(message)


def head_too_large(max_bytes: int, status: int = 431) -> HttpRefused:
    message = f"The request's line and headers are larger than {max_bytes} bytes."
    return HttpRefused(status, ErrorCode.LIMIT_EXCEEDED, message, {"connection": "close"}, limit="maximum_headers")
