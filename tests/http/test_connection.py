"""What one client may hold a connection with; the clients here are raw sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

import pytest
from starlette.types import Receive, Scope, Send

from gateway.http.connection import Connection
from tests.http.serving import Remembered, serving
from tests.logged import capture_logs

HEAD = b"GET / HTTP/1.1\r\nhost: localhost\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"

Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[..., AbstractAsyncContextManager[Client]]


class Bodies:
    """Reads a whole body and answers with its length, or sends as much as the path says."""

    def __init__(self) -> None:
        self.reached = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.reached += 1
        length, more = 0, True
        while more:
            message = await receive()
            length += len(message.get("body", b""))
            more = message.get("more_body", False)
        answer = str(length).encode() if scope["path"] == "/" else b"x" * int(scope["path"][1:])
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(answer))]}
        )
        await send({"type": "http.response.body", "body": answer})


@pytest.fixture
def app() -> Bodies:
    return Bodies()


@pytest.fixture
def connect(app: Bodies) -> Connect:
    """Connect to a server whose connections have the bounds given."""

    @asynccontextmanager
    async def connected(max_head_bytes: int = 1000, **bounds: float) -> AsyncIterator[Client]:
        async with serving(app, http=partial(Connection, max_head_bytes=max_head_bytes, **bounds)) as client:
            reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
            yield reader, writer
            writer.close()

    return connected


async def read(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the server closes."""
    async with asyncio.timeout(10):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


async def send_until_closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, piece: bytes) -> bytes:
    """Send a piece again and again, each by itself, until the server has enough; return what it says."""
    answer = asyncio.create_task(read(reader))
    async with asyncio.timeout(10):
        while not answer.done():
            try:
                writer.write(piece)
                await writer.drain()
            except ConnectionError:
                break
            await asyncio.sleep(0)
    return await answer


async def test_huge_header_without_end(connect: Connect, app: Bodies) -> None:
    """A header that never ends is cut off at the limit, with 431 and a GraphQL body."""
    async with connect() as (reader, writer):
        writer.write(HEAD + b"x-large: ")
        answer = await send_until_closed(reader, writer, b"x" * 100)

    assert answer.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert b'"extensions":{"code":"LIMIT_EXCEEDED","limit":"maximum_headers"}' in answer
    assert app.reached == 0


async def test_slow_loris(connect: Connect, app: Bodies) -> None:
    """Headers that come drop by drop are cut off in time, with 408, however often a drop comes."""
    async with connect(max_head_bytes=1_000_000, head_seconds=0.1) as (reader, writer):
        writer.write(HEAD)
        answer = await send_until_closed(reader, writer, b"x: y\r\n")

    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b'"code":"DEADLINE_EXCEEDED"' in answer
    assert app.reached == 0


async def test_slow_loris_that_says_nothing(connect: Connect, app: Bodies) -> None:
    """A connection that is opened and not used is closed."""
    async with connect(head_seconds=0.1) as (reader, _):
        answer = await read(reader)

    assert answer == b""
    assert app.reached == 0


async def test_slow_loris_in_a_second_request(connect: Connect, app: Bodies) -> None:
    """A client that was honest once has no more time for the next request."""
    async with connect(head_seconds=0.5) as (reader, writer):
        writer.write(HEAD + b"\r\n")
        async with asyncio.timeout(10):
            await reader.readuntil(b"\r\n\r\n0")
        writer.write(HEAD)
        answer = await read(reader)

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert app.reached == 1


@pytest.mark.parametrize("piece", [b"x-trailer: " + b"x" * 100 + b"\r\n", b"x" * 100])
async def test_huge_trailer_without_end(connect: Connect, piece: bytes) -> None:
    """What follows a body is bounded as what goes before it."""
    async with connect() as (reader, writer):
        writer.write(CHUNKED + b"1\r\na\r\n0\r\n")
        answer = await send_until_closed(reader, writer, piece)

    assert answer == b""


async def test_a_large_body_after_a_slow_head_is_read_whole(connect: Connect) -> None:
    """The bound is on the head: a body may be larger, in one piece or in many, as may the next request's."""
    async with connect() as (reader, writer):
        for _ in range(2):
            for piece in (CHUNKED[:20], CHUNKED[20:], *[b"190\r\n" + b"x" * 400 + b"\r\n"] * 500, b"0\r\n\r\n"):
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            async with asyncio.timeout(10):
                answer = await reader.readuntil(b"200000")

            assert answer.startswith(b"HTTP/1.1 200 ")


async def test_a_connection_in_use_is_kept(connect: Connect, app: Bodies) -> None:
    """Time between two requests is not time in a head."""
    async with connect(head_seconds=1.0) as (reader, writer):
        for pause in (1.1, 0):
            writer.write(HEAD + b"\r\n")
            async with asyncio.timeout(10):
                await reader.readuntil(b"\r\n\r\n0")
            await asyncio.sleep(pause)

    assert app.reached == 2


async def test_slow_consumer_that_reads_nothing(connect: Connect) -> None:
    """An answer that nobody takes does not stay in memory."""
    with capture_logs() as lines:
        async with connect(stall_seconds=0.1) as (reader, writer):
            writer.transport.pause_reading()
            writer.write(b"GET /30000000 HTTP/1.1\r\nhost: localhost\r\n\r\n")
            async with asyncio.timeout(10):
                while not lines:  # noqa: ASYNC110  # nothing else tells of it
                    await asyncio.sleep(0.01)
            writer.transport.resume_reading()
            answer = await read(reader)

    assert [(line["event"], line["reason"]) for line in lines] == [("connection dropped", "the client does not read")]
    assert len(answer) < 30_000_000


@pytest.mark.parametrize("wish", ["close", "keep-alive"])
async def test_what_waits_when_a_connection_ends_does_not_keep_it(wish: str) -> None:
    """An answer's rest that is small enough for nobody to wait is not kept for ever either, asked to close or idle."""
    remembered = Remembered(Connection, max_head_bytes=10_000, stall_seconds=0.1)
    made = remembered.made

    async def application(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while not made[0].transport.get_write_buffer_size():
            await send({"type": "http.response.body", "body": b"x" * 1000, "more_body": True})
            await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b""})

    async with serving(application, http=remembered, timeout_keep_alive=0.1) as client:
        _, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        writer.transport.pause_reading()
        writer.write(HEAD + f"connection: {wish}\r\n\r\n".encode())
        async with asyncio.timeout(10):
            while not made or made[0] in made[0].connections or made[0].cycle is None:  # noqa: ASYNC110  # no event
                await asyncio.sleep(0.01)
        writer.close()

    assert made[0].cycle.response_complete


async def test_a_slow_consumer_that_reads_is_served(connect: Connect) -> None:
    """A client on a slow line gets all of its answer, however long that takes."""
    received = 0
    async with connect(stall_seconds=1.0) as (reader, writer):
        writer.write(b"GET /10000000 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        async with asyncio.timeout(20):
            while piece := await reader.read(150_000):
                received += len(piece)
                await asyncio.sleep(0.02)

    assert received > 10_000_000


@pytest.mark.parametrize("requests", [0, 1, 2])
async def test_who_was_let_in_may_ask_once(app: Bodies, requests: int) -> None:
    """A server that goes answers whoever has connected before, runs nothing that it does not answer, and does not wait
    for those who do not ask.
    """
    remembered = Remembered(Connection, max_head_bytes=1000)
    made = remembered.made

    async with serving(app, http=remembered, server_header=False, date_header=False) as client:
        reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        async with asyncio.timeout(10):
            while not made:  # noqa: ASYNC110 - that the server has accepted has no event
                await asyncio.sleep(0)
        made[0].shutdown()
        writer.write((HEAD + b"\r\n") * requests)
        answer = await read(reader)
        writer.close()

    once = b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\n0"
    assert (answer, app.reached) == ((once, 1) if requests else (b"", 0))


async def test_who_was_let_in_and_has_gone_is_not_told_to_leave(app: Bodies) -> None:
    """Nothing fails, and is logged, where a client that may ask once has had its answer meanwhile."""
    remembered = Remembered(Connection, max_head_bytes=1000, newcomer_seconds=0.5)
    made = remembered.made
    failures: list[object] = []
    loop, waited = asyncio.get_running_loop(), asyncio.Event()
    loop.set_exception_handler(lambda _, context: failures.append(context))

    async with serving(app, http=remembered) as client:
        reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        async with asyncio.timeout(10):
            while not made:  # noqa: ASYNC110 - that the server has accepted has no event
                await asyncio.sleep(0)
        made[0].shutdown()
        loop.call_later(0.5, waited.set)
        writer.write(HEAD + b"\r\n")

        assert (await read(reader)).endswith(b"\r\n\r\n0")
        writer.close()
        await waited.wait()

    assert failures == []


async def test_an_answer_that_is_ready_as_the_server_goes_is_sent() -> None:
    """It comes whole, and then the connection ends."""
    remembered = Remembered(Connection, max_head_bytes=1000)
    made = remembered.made
    began, ready = asyncio.Event(), asyncio.Event()

    async def application(_: Scope, __: Receive, send: Send) -> None:
        began.set()
        await ready.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
        await send({"type": "http.response.body", "body": b"0"})

    async with serving(application, http=remembered, server_header=False, date_header=False) as client:
        reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        writer.write(HEAD + b"\r\n")
        async with asyncio.timeout(10):
            await began.wait()
        ready.set()
        made[0].shutdown()

        assert await read(reader) == b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\n0"
        writer.close()
