"""How answers look on the wire; the clients here are raw sockets."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from gateway.http.connection import Connection
from tests.http.serving import serving

BARE = {"date_header": False, "server_header": False}
Header = tuple[bytes, bytes]
LENGTH = (b"content-length", b"5")
WHOLE = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"


class Answering:
    """Answers each path with the status, headers and pieces of its own."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.answers: dict[str, tuple[int, list[Header], Sequence[bytes]]] = {
            "/": (200, [LENGTH], [b"hello"]),
            "/pieces": (200, [LENGTH], [b"he", b"llo"]),
            "/stream": (200, [], [b"one", b"", b"two"]),
            "/none": (204, [], [b""]),
            "/same": (304, [(b"etag", b'"a"')], [b""]),
            "/last": (200, [LENGTH, (b"connection", b"close")], [b"hello"]),
            "/two": (200, [LENGTH, (b"x-told", b"a\r\nset-cookie: b")], [b"hello"]),
            "/short": (200, [LENGTH], [b"hell"]),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        status, headers, pieces = self.answers[scope["path"]]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for number, piece in enumerate(pieces, 1):
            if scope["path"] == "/stream":
                await self.go_on.wait()
            await send({"type": "http.response.body", "body": piece, "more_body": number < len(pieces)})


@asynccontextmanager
async def asked(app: Any, *lines: bytes) -> AsyncIterator[asyncio.StreamReader]:  # noqa: ANN401  # an ASGI application
    """Send requests of these first lines, all at once."""
    async with serving(app, http=partial(Connection, max_head_bytes=1000), **BARE) as client:
        reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        writer.write(b"".join(line + b"\r\nhost: localhost\r\n\r\n" for line in lines))
        try:
            yield reader
        finally:
            writer.close()


async def test_an_answer_is_one_piece() -> None:
    """A client that has the head of an answer has its body."""
    async with asked(Answering(), b"GET / HTTP/1.1") as reader:
        assert await reader.read(1000) == WHOLE


async def test_answers_come_in_the_order_of_requests() -> None:
    """A client may send its next requests before it has the answer to its last."""
    lines = (b"GET / HTTP/1.1", b"GET /none HTTP/1.1", b"GET /pieces HTTP/1.1", b"GET /last HTTP/1.1")
    async with asked(Answering(), *lines) as reader:
        last = WHOLE.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")
        assert await reader.read() == WHOLE + b"HTTP/1.1 204 No Content\r\n\r\n" + WHOLE + last


async def test_the_head_of_a_stream_comes_at_once() -> None:
    """Whoever opens a stream learns that it is open before anything happens in it."""
    app = Answering()
    async with asked(app, b"GET /stream HTTP/1.1") as reader:
        assert await reader.read(1000) == b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
        app.go_on.set()
        assert await reader.readuntil(b"0\r\n\r\n") == b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"HEAD / HTTP/1.1", b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n"),
        (b"HEAD /pieces HTTP/1.1", b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n"),
        (b"GET /same HTTP/1.1", b'HTTP/1.1 304 Not Modified\r\netag: "a"\r\n'),
    ],
)
async def test_an_answer_without_a_body(line: bytes, answer: bytes) -> None:
    """A head that is not followed by a body, as HEAD and 304 have it, leaves the connection as it was."""
    async with asked(Answering(), line, b"GET / HTTP/1.1") as reader:
        assert await reader.readexactly(len(answer) + 2 + len(WHOLE)) == answer + b"\r\n" + WHOLE


async def test_an_older_client_is_let_go() -> None:
    """A client of HTTP/1.0 finds the end of its answer by the connection's."""
    async with asked(Answering(), b"GET / HTTP/1.0") as reader:
        assert await reader.read() == WHOLE.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")


async def test_no_header_becomes_two() -> None:
    """What is told in a header cannot bring in another, wherever it came from; nothing of that answer is sent."""
    async with asked(Answering(), b"GET /two HTTP/1.1") as reader:
        answer = await reader.read()

    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"set-cookie" not in answer


async def test_an_answer_that_is_cut_is_not_taken_for_whole() -> None:
    """A body shorter than its told length ends the connection."""
    async with asked(Answering(), b"GET /short HTTP/1.1") as reader:
        assert not (await reader.read()).endswith(b"hell")
