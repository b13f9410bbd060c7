"""HTTP/1.1 to one endpoint: what reads need of a client and no more, at a third of what a whole one costs a call.

httptools reads the answers. A connection carries one request at a time; afterwards it is kept for the next one.
"""

import asyncio
import socket
import ssl
from typing import cast

import aiohappyeyeballs
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser
from msgspec import Struct

from gateway.sources.aws.answers import Answer
from gateway.sources.aws.transport import LARGEST_ANSWER
from gateway.sources.faults import CUT_OFF, SLOW, SLOW_TO_CONNECT, UNREACHABLE, UNREADABLE, Failed

SECONDS_KEPT = 10.0
HEAD_START = 0.25
"""Seconds that one address of a host gets before the next one is tried beside it (RFC 8305)."""

_FINAL = 200
_FRAMING = frozenset({b"content-length", b"transfer-encoding"})


class Address(Struct, frozen=True):
    """Where to connect; `tls` is None for plain http. Seconds until there has to be a connection, and an answer."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    connect_timeout: float
    answer_timeout: float


class Connections:
    """Exchanges requests for answers; there are never more connections than exchanges under way at once."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._kept: list[_Connection] = []
        self._loop = asyncio.get_running_loop()

    async def exchange(self, request: bytes) -> Answer:
        """Send a whole request, and read its whole answer; raise Failed where there is none.

        The request must only read: it is sent once more where a kept connection turns out to have been closed.
        """
        kept = self._pop()
        if kept is not None:
            try:
                return await self._ask(kept, request)
            except Failed as failure:
                if failure.fault is not CUT_OFF or kept.received:
                    raise
        return await self._ask(await self._open(), request)

    async def close(self) -> None:
        while self._kept:
            self._kept.pop().close()
        await asyncio.sleep(0)

    def _pop(self) -> "_Connection | None":
        """The one used last, which its server is least likely to have closed."""
        now = self._loop.time()
        while self._kept:
            connection = self._kept.pop()
            if not connection.closed and now - connection.asked_at < SECONDS_KEPT:
                return connection
            connection.close()
        return None

    async def _ask(self, connection: "_Connection", request: bytes) -> Answer:
        try:
            answer = await connection.ask(request)
        except BaseException:
            connection.close()
            raise
        if not connection.closed:
            self._kept.append(connection)
        return answer

    async def _open(self) -> "_Connection":
        address, loop = self._address, self._loop
        name = None if address.tls is None else address.host
        try:
            async with asyncio.timeout(address.connect_timeout):
                found = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
                connected = await aiohappyeyeballs.start_connection(found, happy_eyeballs_delay=HEAD_START)
                _, connection = await loop.create_connection(
                    lambda: _Connection(address.answer_timeout, loop),
                    sock=connected,
                    ssl=address.tls,
                    server_hostname=name,
                )
        except TimeoutError as error:
            raise Failed(SLOW_TO_CONNECT) from error
        except (OSError, UnicodeError) as error:  # a name that is none fails in IDNA
            raise Failed(UNREACHABLE) from error
        return connection


class _Connection(asyncio.Protocol):
    """`received`: bytes of the latest answer so far; `asked_at`: when its request was sent, by the loop's clock.

    A timer looks after the connection, not one after each request: most are answered long before it goes off.
    """

    def __init__(self, answer_timeout: float, loop: asyncio.AbstractEventLoop) -> None:
        self._answer_timeout = answer_timeout
        self._timer: asyncio.TimerHandle | None = None
        self._parser = HttpResponseParser(self)
        self._loop = loop
        self._waiting: asyncio.Future[Answer] | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._ends_with_connection = False
        self.asked_at = 0.0
        self.received = 0
        self.closed = False

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        self._waiting = self._loop.create_future()
        self.asked_at, self.received = self._loop.time(), 0
        if self._timer is None:
            self._timer = self._loop.call_later(self._answer_timeout, self._look)
        self._transport.write(request)
        return self._waiting

    def close(self) -> None:
        self.closed = True
        self._transport.abort()
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        """Give up a request whose time is over; look again when that of a later one will be."""
        self._timer = None
        if self._waiting is None:
            return
        left = self.asked_at + self._answer_timeout - self._loop.time()
        if left > 0:
            self._timer = self._loop.call_later(left, self._look)
        else:
            self._fail(Failed(SLOW))

    # asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        if self._waiting is None:
            self.close()
        elif self.received > LARGEST_ANSWER:
            self._fail(Failed(UNREADABLE, f"more than {LARGEST_ANSWER} bytes"))
        else:
            self._feed(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self._ends_with_connection and exc is None:
            self._finish()
        else:
            self._fail(Failed(CUT_OFF, str(exc or "closed by its server")))

    # httptools calls these

    def on_message_begin(self) -> None:
        if self._waiting is None:
            self.close()
        self._headers, self._body = [], []

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._ends_with_connection = _FRAMING.isdisjoint([name.lower() for name, _ in self._headers])

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() < _FINAL:
            self._ends_with_connection = False
            return
        if not self._parser.should_keep_alive():
            self.close()
        self._finish()

    def _feed(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            failure = Failed(UNREADABLE, str(error))
            failure.__cause__ = error
            self._fail(failure)

    def _finish(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(Answer(self._parser.get_status_code(), self._headers, b"".join(self._body)))
        self._body = []

    def _fail(self, failure: Failed) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(failure)
