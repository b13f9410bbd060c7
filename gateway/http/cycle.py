from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from gateway.http.response import HeaderList

BODILESS = frozenset({204, 304})


class Cycle(RequestResponseCycle):
    """As uvicorn's, but the head of an answer leaves with its body: each piece by itself wakes up whoever waits for it.

    The head of an answer of no told length leaves at once, for nobody knows when the first of its body comes.
    """

    _head: bytes = b""
    _is_head_request: bool = False

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
        self.response_started, self.waiting_for_100_continue = True, False
        told = dict(headers)
        self._is_head_request = self.scope["method"] == "HEAD"
        length = told.get(b"content-length")
        self.chunked_encoding = length is None and not self._is_head_request and status not in BODILESS
        self.expected_content_length = 0 if length is None or self._is_head_request else int(length)
        closes = told.get(b"connection", b"").lower() == b"close"
        self.keep_alive = self.keep_alive and not closes
        lines = [*self.default_headers, *headers]
        if not self.keep_alive and not closes:
            lines.append((b"connection", b"close"))
        if self.chunked_encoding:
            lines.append((b"transfer-encoding", b"chunked"))
        self._head = _head(status, lines)
        if self.chunked_encoding:
            self._flush(b"")

    def _go_on(self, body: bytes, *, more: bool) -> None:
        if self.chunked_encoding:
            last = b"" if more else b"0\r\n\r\n"
            self._flush(b"%x\r\n%b\r\n%b" % (len(body), body, last) if body else last)
        elif self._is_head_request:
            self._flush(b"")
        else:
            self.expected_content_length -= len(body)
            self._flush(body)
        if more:
            return
        if self.expected_content_length != 0:
            raise RuntimeError("the body does not have the length that its head tells")
        self._complete()

    def _flush(self, body: bytes) -> None:
        if self._head or body:
            self.transport.write(self._head + body)
        self._head = b""

    def _complete(self) -> None:
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()


def _head(status: int, lines: HeaderList) -> bytes:
    """Raise RuntimeError for a header that would be taken for two: a line break is nobody's to bring in."""
    head = STATUS_LINE[status] + b"\r\n".join(map(b": ".join, lines)) + b"\r\n\r\n"
    if head.count(b"\n") != len(lines) + 2 or head.count(b"\r") != len(lines) + 2:
        raise RuntimeError("a header has a line break in it")
    return head
