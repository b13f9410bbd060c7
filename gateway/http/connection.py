"""What a client may hold a connection with: uvicorn's own protocol has no bound on a request's head, and no time."""

import asyncio
from enum import Enum
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.execution.result import ErrorCode
from gateway.http.accept import MediaType
from gateway.http.counting import count_refusal
from gateway.http.cycle import Cycle
from gateway.http.head_limit import head_too_large
from gateway.http.refusal import HttpRefused
from gateway.http.response import write_refusal
from gateway.http.stall import STALL_SECONDS, Stall
from gateway.http.streamed_response import GOING_AWAY
from gateway.observability.event_log import EventLog
from gateway.observability.metrics import Metrics

log = EventLog(__name__)

HEAD_SECONDS = 20.0
LINGER_SECONDS = 1.0
"""What a refused client may go on sending unheard; a connection closed at once would take the refusal with it."""
NEWCOMER_SECONDS = 1.0
"""What a client that has connected, and not yet asked for anything, has to do so when the server goes."""


class _Stage(Enum):
    IDLE = "between two requests"
    HEAD = "in a request's line and headers"
    BODY = "in its body, or what follows that"
    REFUSED = "nothing more is read"


class Connection(HttpToolsProtocol):
    """Closes on whoever does not finish a request's line and headers, or does not read the answer.

    A head that is unfinished after `max_head_bytes` is answered 431, after `head_seconds` 408; one that comes whole in
    its first piece costs nothing here, and is measured by the Guard. As many bytes after the head that bring nothing of
    the body (chunk extensions, trailers) end the connection. A client that has taken not a byte of a waiting answer in
    `stall_seconds` is dropped; a slow one is not.
    """

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401  # uvicorn's
        max_head_bytes: int,
        metrics: Metrics | None = None,
        head_seconds: float = HEAD_SECONDS,
        stall_seconds: float = STALL_SECONDS,
        newcomer_seconds: float = NEWCOMER_SECONDS,
        **named: Any,  # noqa: ANN401  # uvicorn's
    ) -> None:
        super().__init__(*arguments, **named)
        self._max_head_bytes = max_head_bytes
        self._metrics = metrics
        self._head_seconds = head_seconds
        self._newcomer_seconds = newcomer_seconds
        self._stall = Stall(self.loop, stall_seconds)
        self._head_timer: asyncio.TimerHandle | None = None
        self._stage = _Stage.IDLE
        self._idle_bytes = 0
        self._leaving = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(self._head_seconds, self._end_head)

    def data_received(self, data: bytes) -> None:
        began = self._stage
        if began is _Stage.REFUSED:
            return
        self._idle_bytes += len(data)
        super().data_received(data)
        if began is _Stage.IDLE or self._stage is _Stage.IDLE:
            self._idle_bytes = 0
        if self._stage is not _Stage.HEAD:
            self._stop_head_timer()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(self._head_seconds, self._end_head)
        if self._idle_bytes > self._max_head_bytes:
            self._refuse(head_too_large(self._max_head_bytes))

    def on_message_begin(self) -> None:
        self._stage = _Stage.HEAD
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """As uvicorn's, with a cycle of our own."""
        self._stage = _Stage.BODY
        self._idle_bytes = 0
        parser, scope = self.parser, self.scope
        scope["method"], scope["http_version"] = parser.get_method().decode(), parser.get_http_version()
        if parser.should_upgrade() and self._should_upgrade():
            return
        url = httptools.parse_url(self.url)
        path = url.path.decode("ascii")
        scope["path"], scope["raw_path"] = unquote(path) if "%" in path else path, url.path
        scope["query_string"] = url.query or b""
        before = self.cycle
        self.cycle = self._cycle()
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, self.app)
        else:  # the client did not wait for the answer to its last request
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def on_body(self, body: bytes) -> None:
        self._idle_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._stage = _Stage.IDLE
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._stall.begin(self.transport)

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._stall.begin(self.transport)

    def shutdown(self) -> None:
        """As uvicorn's, once what was answered has left; a response that streams learns by being woken up.

        Who was let in only just now may ask once: a client takes no request for lost that it had no answer to.
        """
        if self.cycle is None and not self._leaving:
            self._leaving = True
            self.loop.call_later(self._newcomer_seconds, self._leave)
            return
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_soon(super().shutdown)
            return
        super().shutdown()
        self.cycle.scope["state"][GOING_AWAY] = True
        self.cycle.message_event.set()

    def _leave(self) -> None:
        """Shut down whatever the connection has become, unless it is gone."""
        protocol: Any = self.transport.get_protocol()
        if protocol is not None:
            protocol.shutdown()

    def handle_websocket_upgrade(self) -> None:
        """As uvicorn's; then nothing of this is needed, and its parser would keep it."""
        super().handle_websocket_upgrade()
        self._stop_head_timer()
        self.parser = None  # type: ignore[assignment]  # as uvicorn's own `connection_lost` has it

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall.begin(self.transport)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stall.end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_head_timer()
        self._stall.end()
        super().connection_lost(exc)

    def _cycle(self) -> Cycle:
        keep_alive = not self._leaving and self.scope["http_version"] != "1.0" and self.parser.should_keep_alive()
        return Cycle(
            self.loop,
            self.scope,
            self.transport,
            self.flow,
            self.logger,
            self.access_logger,
            self.access_log,
            self.server_state.default_headers,
            asyncio.Event(),
            self.expect_100_continue,
            keep_alive,
            self.on_response_complete,
        )

    def _end_head(self) -> None:
        self._head_timer = None
        message = f"The request's headers did not arrive within {self._head_seconds:g} seconds."
        self._refuse(HttpRefused(408, ErrorCode.DEADLINE_EXCEEDED, message, {"connection": "close"}))

    def _refuse(self, refusal: HttpRefused) -> None:
        """Close; tell why where an answer can be written: in a head, while no other answer is under way."""
        if self.transport.is_closing():
            return
        if self._metrics is not None:
            count_refusal(self._metrics, refusal.result, "connection")
        log.info("connection refused", status=refusal.status, stage=self._stage.name, client=self.client)
        if self._stage is _Stage.HEAD and (self.cycle is None or self.cycle.response_complete):
            self.transport.write(_written(refusal))
            self.transport.write_eof()
            self.loop.call_later(LINGER_SECONDS, self.transport.close)
        else:
            self.transport.close()
        self._stage = _Stage.REFUSED

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def _written(refusal: HttpRefused) -> bytes:
    response = write_refusal(refusal, MediaType.JSON)
    headers = [*response.headers, (b"content-length", str(len(response.body)).encode())]
    status = f"HTTP/1.1 {refusal.status} {HTTPStatus(refusal.status).phrase}".encode()
    return b"\r\n".join([status, *(name + b": " + value for name, value in headers), b"", response.body])
