import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Generic, Protocol, TypeVar

from msgspec import Struct
from starlette.types import Message, Receive, Scope, Send

from gateway.observability.metrics import Metrics

GOING_AWAY = "going_away"
"""The state of a request's scope that is true once the server stops; see Connection."""

STREAMED = "streamed"
"""The state of a request's scope that is true where it is answered so; the time that takes says nothing."""


class Closable(Protocol):
    async def aclose(self) -> None: ...


Source = TypeVar("Source", bound=Closable)


class Form(Struct, Generic[Source], frozen=True):
    """How a body of no known length is written. `transport` names it in the metrics.

    `opening` is sent at once, because some clients believe in a response only when they see its first byte; `ping`
    whenever the connection was quiet for a while; `closing` at the end.
    """

    transport: str
    media_type: bytes
    chunks: Callable[[Source], AsyncGenerator[bytes, None]]
    ping: bytes
    opening: bytes
    closing: bytes = b""


class StreamedResponse(Struct, Generic[Source], frozen=True):
    """A response whose end is not known when it begins. `source` is closed at its end, and where the client leaves."""

    form: Form[Source]
    source: Source
    ping_seconds: float
    metrics: Metrics

    async def send(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})[STREAMED] = True
        with self.metrics.live_streams(self.form.transport).track_inprogress():
            await self._send(scope, receive, send)

    async def _send(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self.source):
            await send({"type": "http.response.start", "status": 200, "headers": self._headers()})
            await self._send_until_left(scope, receive, send)
        await send(_body(self.form.closing, more=False))

    async def _send_until_left(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Not by a group of tasks: in Python 3.11 what one is ended by stays until garbage is looked for."""
        sending = asyncio.timeout(None)
        watching = asyncio.create_task(self._watch(scope, receive, send, sending))
        try:
            async with sending:
                await self._send_all(send)
        except TimeoutError:
            if not sending.expired():
                raise
        finally:
            watching.cancel()

    async def _send_all(self, send: Send) -> None:
        await send(_body(self.form.opening))
        async with aclosing(self.form.chunks(self.source)) as chunks:
            async for chunk in chunks:
                await send(_body(chunk))

    async def _watch(self, scope: Scope, receive: Receive, send: Send, sending: asyncio.Timeout) -> None:
        """Give signs of life until the client leaves or the server stops; then nothing more is to be sent."""
        while True:
            try:
                async with asyncio.timeout(self.ping_seconds):
                    message = await receive()
            except TimeoutError:
                await send(_body(self.form.ping))
                continue
            if message["type"] == "http.disconnect" or scope.get("state", {}).get(GOING_AWAY):
                sending.reschedule(0)
                return

    def _headers(self) -> list[tuple[bytes, bytes]]:
        return [
            (b"content-type", self.form.media_type),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),  # nginx would wait for a buffer full of events
            (b"vary", b"Accept"),
        ]


def _body(body: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}
