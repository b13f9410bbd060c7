"""Clients of streams that cost little: they count what they are told, and when."""

import asyncio
import base64
import json
import os
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

SUBSCRIPTION = """
    subscription ($after: String) {
        deviceEvents(after: $after) { cursor event { id timestamp device { id name } ... on ClickEvent { clickType } } }
    }
"""
END = b"\r\n\r\n"
AT_ONCE = 200
"""Connections that are made side by side; more would overflow the backlog of a busy server."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a client asks: `opening` is its request, `then` what it sends once that is answered. `mark` is in every
    payload once, `ready` in what says that the stream is open.
    """

    name: str
    opening: bytes
    ready: bytes
    mark: bytes
    then: bytes = b""


def _masked(message: object) -> bytes:
    """A text frame of a client's, masked by nothing (RFC 6455, 5.3)."""
    text = json.dumps(message).encode()
    length = struct.pack("!B", 0x80 | len(text)) if len(text) < 126 else struct.pack("!BH", 0x80 | 126, len(text))
    return b"\x81" + length + b"\0\0\0\0" + text


def over_socket(after: str | None = None) -> Way:
    payload = {"query": SUBSCRIPTION, "variables": {"after": after}}
    init = _masked({"type": "connection_init"})
    subscribe = _masked({"type": "subscribe", "id": "1", "payload": payload})
    ping = _masked({"type": "ping"})
    opening = (
        "GET /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
        f"sec-websocket-key: {base64.b64encode(os.urandom(16)).decode()}\r\nsec-websocket-version: 13\r\n"
        "sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
    )
    return Way("WebSocket", opening.encode(), b"pong", b'"type":"next"', init + subscribe + ping)


def over_events(after: str | None = None) -> Way:
    body = json.dumps({"query": SUBSCRIPTION, "variables": {"after": after}})
    opening = (
        "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}"
    )
    return Way("event stream", opening.encode(), b":\n\n", b"event: next")


PING, PONG = b'{"type":"ping"}', _masked({"type": "pong"})


class Listener(asyncio.Protocol):
    """`heard`: when each payload came, by `time.perf_counter`."""

    def __init__(self, way: Way) -> None:
        self.heard: list[float] = []
        self.ready = asyncio.get_running_loop().create_future()
        self._enough = asyncio.Event()
        self._way = way
        self._wanted = 0
        self._head = b""
        self._tail = b""
        self._transport: asyncio.Transport | None = None
        self._is_lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._way.opening)

    def data_received(self, data: bytes) -> None:
        if not self.ready.done():
            self._open(data)
            return
        if PING in data and self._transport is not None:
            self._transport.write(PONG)
        text = self._tail + data
        self._count(text)
        self._tail = text[-len(self._way.mark) + 1 :]

    def _open(self, data: bytes) -> None:
        assert self._transport
        had_head = END in self._head
        self._head += data
        if END in self._head and not had_head:
            self._transport.write(self._way.then)
        if self._way.ready in self._head:
            self.ready.set_result(None)
            self._count(self._head)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError("closed before it was ready"))
        self._is_lost = True
        self._enough.set()

    async def hear(self, count: int) -> None:
        """Wait for so many payloads in all; raise ConnectionError where it was let go before."""
        self._wanted = count
        while len(self.heard) < count:
            if self._is_lost:
                raise ConnectionError("let go")
            self._enough.clear()
            await self._enough.wait()

    def leave(self) -> None:
        assert self._transport
        self._transport.abort()

    def _count(self, text: bytes) -> None:
        found = text.count(self._way.mark)
        if found:
            self.heard += [time.perf_counter()] * found
        if len(self.heard) >= self._wanted:
            self._enough.set()


async def listen(port: int, way: Way, count: int) -> Sequence[Listener]:
    """Open so many streams."""
    listeners: list[Listener] = []
    loop = asyncio.get_running_loop()
    while len(listeners) < count:
        batch = [
            loop.create_connection(lambda: Listener(way), "127.0.0.1", port)
            for _ in range(min(AT_ONCE, count - len(listeners)))
        ]
        made = [listener for _, listener in await asyncio.gather(*batch)]
        await asyncio.gather(*(listener.ready for listener in made))
        listeners += made
    return listeners


async def all_heard(listeners: Sequence[Listener], count: int, seconds: float) -> None:
    """Wait until each has heard so many; raise TimeoutError."""
    async with asyncio.timeout(seconds):
        for listener in listeners:
            await listener.hear(count)
