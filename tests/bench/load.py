"""Clients that cost little: bytes that are ready, over connections that stay open."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle

from tests.bench.operations import Operation

PASSED = b"HTTP/1.1 200 "
LENGTH = b"content-length: "
END = b"\r\n\r\n"
DATA = b'{"data":'


class WrongAnswer(Exception):
    """An answer that is not 200 with data and no errors; the message has its beginning."""


@dataclass(frozen=True, slots=True)
class Load:
    """`latencies` of all requests, in seconds; the whole took `seconds`."""

    latencies: Sequence[float]
    seconds: float


GoOn = Callable[[int], bool]
"""Told how many requests have been answered so far; whether there is another is its answer."""


class Crowd:
    """Clients that are connected and have had an answer each: a server takes new connections one by one, and who waits
    for that is not who waits for an answer.
    """

    def __init__(self, clients: Sequence["_Client"]) -> None:
        self._clients = clients

    async def ask(self, go_on: GoOn) -> Load:
        """Let the clients send the requests in turn, each its next one when it has its answer."""
        latencies: list[float] = []
        began = time.perf_counter()
        await asyncio.gather(*(client.ask_on(go_on, latencies) for client in self._clients))
        return Load(latencies, time.perf_counter() - began)


@asynccontextmanager
async def crowd(port: int, requests: Sequence[bytes], clients: int, expected: bytes = DATA) -> AsyncIterator[Crowd]:
    loop, turns = asyncio.get_running_loop(), cycle(requests)
    made = [
        (await loop.create_connection(lambda: _Client(turns, expected), "127.0.0.1", port))[1] for _ in range(clients)
    ]
    try:
        for client in made:
            await client.ask_on(lambda sent: not sent, [])
        yield Crowd(made)
    finally:
        for client in made:
            client.close()


async def load(port: int, requests: Sequence[bytes], clients: int, go_on: GoOn) -> Load:
    """A crowd that comes, asks and goes."""
    async with crowd(port, requests, clients) as here:
        return await here.ask(go_on)


async def answer(port: int, operation: Operation) -> bytes:
    """The body of one answer; raise WrongAnswer."""
    head, body = await _exchange(port, request_of(operation))
    _check(head, body, DATA)
    return body


async def calls_of(port: int) -> int:
    """How often the stub there has been asked."""
    _, body = await _exchange(port, b"GET /calls HTTP/1.1\r\n\r\n")
    return int(body)


async def _exchange(port: int, request: bytes) -> tuple[bytes, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        head = await reader.readuntil(END)
        return head, await reader.readexactly(_length(head))
    finally:
        writer.close()


def request_of(operation: Operation, *headers: str) -> bytes:
    """The bytes that ask for it; `headers` are lines beside those that are needed."""
    lines = (
        "POST /graphql HTTP/1.1",
        "host: 127.0.0.1",
        "content-type: application/json",
        "accept: application/json",
        f"content-length: {len(operation.body)}",
        *headers,
    )
    return "\r\n".join(lines).encode() + END + operation.body


def for_seconds(seconds: float) -> GoOn:
    end = time.perf_counter() + seconds
    return lambda _: time.perf_counter() < end


class _Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, turns: Iterator[bytes], expected: bytes) -> None:
        self._turns, self._expected = turns, expected
        self._received: list[bytes] = []
        self._missing: int | None = None
        self._sent = 0.0
        self._go_on: GoOn
        self._latencies: list[float]
        self._done: asyncio.Future[None]
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvloop has it
        self._transport = transport

    def ask_on(self, go_on: GoOn, latencies: list[float]) -> asyncio.Future[None]:
        """Ask as long as it goes on; the seconds of each answer are added to `latencies`."""
        self._go_on, self._latencies = go_on, latencies
        self._done = asyncio.get_running_loop().create_future()
        self._ask()
        return self._done

    def close(self) -> None:
        self._transport.close()

    def _ask(self) -> None:
        if not self._go_on(len(self._latencies)):
            self._done.set_result(None)
            return
        self._received, self._missing, self._sent = [], None, time.perf_counter()
        self._transport.write(next(self._turns))

    def data_received(self, data: bytes) -> None:
        self._received.append(data)
        if self._missing is None:
            self._read_head()
        else:
            self._missing -= len(data)
        if self._missing == 0:
            self._latencies.append(time.perf_counter() - self._sent)
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or WrongAnswer("the connection was closed"))

    def _read_head(self) -> None:
        whole = b"".join(self._received)
        head, end, body = whole.partition(END)
        if not end or len(body) < len(self._expected):
            return
        try:
            _check(head, body, self._expected)
            self._missing = _length(head) - len(body)
        except WrongAnswer as error:
            self._done.set_exception(error)
            self._transport.close()


def _length(head: bytes) -> int:
    return int(head.lower().partition(LENGTH)[2].partition(b"\r\n")[0])


def _check(head: bytes, body: bytes, expected: bytes) -> None:
    if not head.startswith(PASSED) or not body.startswith(expected):
        raise WrongAnswer((head + END + body[:500]).decode(errors="replace"))
