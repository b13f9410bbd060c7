import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http.doors import OTHER, door_of
from gateway.http.streamed_response import STREAMED
from gateway.observability.metrics import Metrics

METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"})


class RequestMetrics:
    """Counts and times every request, and the bytes of its bodies; `status` is 0 where the client left unanswered."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = received = sent = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            return message

        async def send_counted(message: Message) -> None:
            nonlocal status, sent
            status = message.get("status", status)
            sent += len(message.get("body", b""))
            await send(message)

        began = time.perf_counter()
        try:
            await self._app(scope, receive_counted, send_counted)
        finally:
            self._count(scope, status, received, sent, time.perf_counter() - began)

    def _count(self, scope: Scope, status: int, received: int, sent: int, seconds: float) -> None:
        door = door_of(scope["path"])
        method = scope["method"] if scope["method"] in METHODS else OTHER
        self._metrics.requests(door, method, str(status)).inc()
        if not scope.get("state", {}).get(STREAMED):
            self._metrics.request_seconds(door).observe(seconds)
        self._metrics.request_bytes(door).inc(received)
        self._metrics.response_bytes(door).inc(sent)
