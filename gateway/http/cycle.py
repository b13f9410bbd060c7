import asyncio
from typing import Any

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from gateway.http.response import HeaderList

BODILESS = frozenset({204, 304})


class Cycle(RequestResponseCycle):
    """As uvicorn's, but head and body of an answer are one piece, and pieces of one turn of the loop leave together.

    Each that leaves by itself wakes up whoever waits for it, and that costs more than to write it. What streams leaves
    at once, and so does its head, for nobody knows when the first of its body comes.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, *arguments: Any) -> None:  # noqa: ANN401  # uvicorn's
        super().__init__(*arguments)
        self._loop = loop
        self._head = b""
        self._has_body = True

    async def send(self, message: ASGISendEvent) -> None:
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if message["type"] == "http.response.start" and not self.response_started:
            self._begin(message["status"], list(message.get("headers", ())))
        elif message["type"] == "http.response.body" and self.response_started and not self.response_complete:
            self._go_on(message.get("body", b""), more=message.get("more_body", False))
        else:
            raise RuntimeError(f"{message['type']} is not what comes next of an answer")

    def _begin(self, status: int, headers: HeaderList) -> None:
        told = dict(headers)
        length = told.get(b"content-length")
        self._has_body = self.scope["method"] != "HEAD"
        self.chunked_encoding = length is None and self._has_body and status not in BODILESS
        self.expected_content_length = int(length or 0) if self._has_body else 0
        closes = told.get(b"connection", b"").lower() == b"close"
        lines = [*self.default_headers, *headers]
        if not self.keep_alive and not closes:
            lines.append((b"connection", b"close"))
        if self.chunked_encoding:
            lines.append((b"transfer-encoding", b"chunked"))
        self.keep_alive = self.keep_alive and not closes
        self._head = _head(status, lines)
        self.response_started, self.waiting_for_100_continue = True, False
        if self.chunked_encoding:
            self._write(b"")

    def _go_on(self, body: bytes, *, more: bool) -> None:
        if self.chunked_encoding:
            end = b"" if more else b"0\r\n\r\n"
            body = b"%x\r\n%b\r\n%b" % (len(body), body, end) if body else end
        elif not self._has_body:
            body = b""
        else:
            self.expected_content_length -= len(body)
        if more:
            self._write(body)
            return
        if self.expected_content_length != 0:
            raise RuntimeError("the body does not have the length that its head tells")
        if self.keep_alive:
            self._loop.call_soon(self.transport.write, self._head + body)
        else:  # at once, so that no request is begun that came behind it
            self.transport.write(self._head + body)
            self.transport.close()
        self.response_complete = True
        self.message_event.set()
        self.on_response()

    def _write(self, body: bytes) -> None:
        if self._head or body:
            self.transport.write(self._head + body)
        self._head = b""


def _head(status: int, lines: HeaderList) -> bytes:
    """Raise RuntimeError for a header that would be taken for two: a line break is nobody's to bring in."""
    head = b"\r\n".join([STATUS_LINE[status].rstrip(), *map(b": ".join, lines), b"", b""])
    if not head.count(b"\n") == head.count(b"\r") == len(lines) + 2:
        raise RuntimeError("a header has a line break in it")
    return head
