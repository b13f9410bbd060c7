"""A client that costs little: bytes that are ready, over connections that stay open."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from tests.bench.operations import Operation

PASSED = b"HTTP/1.1 200 "
DATA = b'{"data":'


class WrongAnswer(Exception):
    """An answer that is not 200 with data and no errors; the message has its beginning."""


@dataclass(frozen=True, slots=True)
class Load:
    """`latencies` of all requests, in seconds; the whole took `seconds`."""

    latencies: Sequence[float]
    seconds: float


async def load(port: int, operations: Sequence[Operation], clients: int, *, go_on: Callable[[int], bool]) -> Load:
    """Let the clients send the operations in turn, each its next one when it has its answer.

    `go_on` is told how many requests have been sent so far, and whether there is another is its answer.
    """
    turns = cycle([_request(operation) for operation in operations])
    latencies: list[float] = []
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(_client(port, turns, latencies, go_on))
    return Load(latencies, time.perf_counter() - began)


async def answer(port: int, operation: Operation) -> bytes:
    """The body of one answer; raise WrongAnswer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(_request(operation))
        return await _body(reader)
    finally:
        writer.close()


def for_seconds(seconds: float) -> Callable[[int], bool]:
    end = time.perf_counter() + seconds
    return lambda _: time.perf_counter() < end


async def _client(port: int, turns: Iterator[bytes], latencies: list[float], go_on: Callable[[int], bool]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    try:
        while go_on(len(latencies)):
            sent = time.perf_counter()
            writer.write(next(turns))
            await _body(reader)
            latencies.append(time.perf_counter() - sent)
    finally:
        writer.close()


async def _body(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    body = await reader.readexactly(length)
    if not head.startswith(PASSED) or not body.startswith(DATA):
        raise WrongAnswer((head + body[:500]).decode(errors="replace"))
    return body


def _request(operation: Operation) -> bytes:
    head = (
        "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"accept: application/json\r\ncontent-length: {len(operation.body)}\r\n\r\n"
    )
    return head.encode() + operation.body
