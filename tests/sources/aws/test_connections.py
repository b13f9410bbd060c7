"""Connections that reads share: what is kept, what is not, and what a server may do to them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.sources.aws.answers import Answer
from gateway.sources.aws.connections import Address, Connections
from gateway.sources.faults import CUT_OFF, UNREACHABLE, UNREADABLE, Failed, Outage
from tests.sources.aws.stub_upstream import Behaviour, StubUpstream, answer, cut_off, hang_up, stub_upstream

REQUEST = b"GET /devices HTTP/1.1\r\nhost: stub\r\n\r\n"
OK = answer(200, b"{}")


def send(*parts: bytes) -> Behaviour:
    """Answer with these bytes, a part at a time."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)

    return behave


@asynccontextmanager
async def connections_to(host: str, port: int) -> AsyncIterator[Connections]:
    connections = Connections(Address(host, port, None, 5.0, 5.0))
    try:
        yield connections
    finally:
        await connections.close()


@asynccontextmanager
async def connected(*script: Behaviour) -> AsyncIterator[tuple[Connections, StubUpstream]]:
    async with stub_upstream(*script) as stub, connections_to("127.0.0.1", int(stub.url.rpartition(":")[2])) as opened:
        yield opened, stub


async def failure_of(connections: Connections) -> Failed:
    with pytest.raises(Failed) as failed:
        await connections.exchange(REQUEST)
    return failed.value


async def test_one_connection_serves_one_request_after_another() -> None:
    """A connection is made once and kept for what follows."""
    async with connected(OK) as (connections, stub):
        for _ in range(5):
            assert (await connections.exchange(REQUEST)).status == 200

        assert len(stub.received) == 5
        assert len(stub.writers) == 1


async def test_requests_at_once_have_a_connection_each() -> None:
    """No request waits behind another's answer; the connections of the first three serve the next three."""
    three = asyncio.Barrier(3)

    async def answer_three_at_once(writer: asyncio.StreamWriter) -> None:
        await three.wait()
        await OK(writer)

    async with connected(answer_three_at_once) as (connections, stub):
        for _ in range(2):
            await asyncio.gather(*[connections.exchange(REQUEST) for _ in range(3)])

        assert len(stub.writers) == 3


HEAD = b"HTTP/1.1 200 OK\r\nX-Note: b\xc3\xbc\r\n"


@pytest.mark.parametrize(
    "parts",
    [
        (HEAD + b"content-length: 6\r\n\r\n[1, ", b"2]"),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n4\r\n[1, \r\n2", b"\r\n2]\r\n0\r\n\r\n"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", HEAD + b"content-length: 6\r\n\r\n[1, 2]"),
        (b"HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n" + HEAD + b"content-length: 6\r\n\r\n[1, 2]",),
    ],
)
async def test_an_answer_in_any_framing(parts: tuple[bytes, ...]) -> None:
    """However an answer is cut into pieces, it is read whole, and the connection goes on."""
    async with connected(send(*parts)) as (connections, stub):
        for _ in range(2):
            found = await connections.exchange(REQUEST)

            assert (found.status, found.headers["x-note"], found.body) == (200, "bü", b"[1, 2]")
        assert len(stub.writers) == 1


async def test_an_answer_that_ends_with_its_connection() -> None:
    """An answer of no told length is whole when its server closes."""
    async with connected(cut_off(b"HTTP/1.1 200 OK\r\n\r\n[1, 2]")) as (connections, stub):
        assert await connections.exchange(REQUEST) == Answer(200, [], b"[1, 2]")
        assert await connections.exchange(REQUEST) == Answer(200, [], b"[1, 2]")
        assert len(stub.writers) == 2


@pytest.mark.parametrize("sent", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\n", b"HTTP"])
async def test_half_an_answer_is_none(sent: bytes) -> None:
    """What breaks off within its head is no answer."""
    async with connected(cut_off(sent)) as (connections, stub):
        assert (await failure_of(connections)).fault is CUT_OFF
        assert len(stub.received) == 1


async def test_a_connection_that_is_said_to_be_the_last_is_not_kept() -> None:
    """A server that says it will close has the next request come over another connection."""
    async with connected(answer(200, b"{}", connection="close"), OK) as (connections, stub):
        for _ in range(2):
            await connections.exchange(REQUEST)

        assert len(stub.writers) == 2


async def test_a_kept_connection_that_its_server_closes_costs_no_read() -> None:
    """A request that meets a server just closing is sent once more, over a new connection, and nobody notices."""
    async with connected(OK, hang_up, OK) as (connections, stub):
        await connections.exchange(REQUEST)
        assert (await connections.exchange(REQUEST)).status == 200
        assert len(stub.received) == 3
        assert len(stub.writers) == 2


async def test_a_request_is_sent_once_more_and_no_more() -> None:
    """A server that closes new connections as well is down."""
    async with connected(OK, hang_up, hang_up) as (connections, stub):
        await connections.exchange(REQUEST)
        assert (await failure_of(connections)).fault is CUT_OFF
        assert len(stub.received) == 3


async def test_half_an_answer_over_a_kept_connection_is_not_asked_for_again_here() -> None:
    """Once an answer has begun, whether to ask again is not for the connections to say."""
    async with connected(OK, cut_off(b"HTTP/1.1 200"), OK) as (connections, stub):
        await connections.exchange(REQUEST)
        assert (await failure_of(connections)).fault is CUT_OFF
        assert len(stub.received) == 2


@pytest.mark.parametrize("more", [b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n[3]", b"x", b"\r\nx"])
async def test_what_nobody_asked_for_is_nobodys_answer(more: bytes) -> None:
    """Bytes after an answer spoil their connection; the next request gets its own answer over another one."""
    first = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n[1]"
    async with connected(send(first + more), answer(200, b"[2]")) as (connections, stub):
        bodies = []
        for _ in range(2):
            try:
                bodies.append((await connections.exchange(REQUEST)).body)
            except Failed as failure:
                assert failure.fault is UNREADABLE  # noqa: PT017 - either is right, another's answer is not
        assert bodies in ([b"[1]", b"[2]"], [b"[2]"])
        assert len(stub.writers) == 2


async def test_bytes_that_come_later_spoil_a_kept_connection() -> None:
    """A server that speaks unasked is not asked again over that connection."""
    async with connected(OK, answer(200, b"[2]")) as (connections, stub):
        await connections.exchange(REQUEST)
        stub.writers[0].write(b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 3\r\n\r\n[3]")
        await stub.writers[0].drain()
        await stub.writers[0].wait_closed()

        assert (await connections.exchange(REQUEST)).body == b"[2]"
        assert len(stub.writers) == 2


async def test_a_switch_of_protocol_is_no_answer() -> None:
    """A server that would speak another protocol from here on is not understood."""
    switch = b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"
    async with connected(send(switch)) as (connections, _stub):
        assert (await failure_of(connections)).fault is UNREADABLE


async def test_a_request_that_is_given_up_takes_its_connection_along() -> None:
    """The answer to a request that nobody waits for any more is nobody else's."""
    asked, answered = asyncio.Event(), asyncio.Event()

    async def answer_late(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await answered.wait()
        await answer(200, b"[1]")(writer)

    async with connected(answer_late, answer(200, b"[2]")) as (connections, stub):
        call = asyncio.create_task(connections.exchange(REQUEST))
        await asked.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        answered.set()

        assert (await connections.exchange(REQUEST)).body == b"[2]"
        assert len(stub.writers) == 2


async def test_a_name_with_several_addresses() -> None:
    """A host that listens on one of its addresses is reached, whichever comes first."""
    async with stub_upstream(OK) as stub, connections_to("localhost", int(stub.url.rpartition(":")[2])) as connections:
        assert (await connections.exchange(REQUEST)).status == 200


@pytest.mark.parametrize("host", ["a..b", "x" * 70, "nowhere.invalid"])
async def test_a_name_that_is_nobodys(host: str) -> None:
    """A name that does not resolve, or cannot, is a service that cannot be reached."""
    async with connections_to(host, 1) as connections:
        failure = await failure_of(connections)

    assert isinstance(failure.fault, Outage)
    assert failure.fault is UNREACHABLE
