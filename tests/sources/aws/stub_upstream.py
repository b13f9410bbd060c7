"""A service endpoint on a real socket that does as it is told, and remembers what it was asked."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeAlias

Behaviour: TypeAlias = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class StubUpstream:
    """Each request gets the next behaviour of the script; the last one repeats."""

    script: tuple[Behaviour, ...]
    url: str = ""
    received: list[Received] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0

    async def close_connections(self) -> None:
        """Close what idles, as servers do after a while."""
        for writer in self.writers:
            writer.close()
            await writer.wait_closed()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            while not writer.is_closing() and (request := await _read(reader)) is not None:
                self.received.append(request)
                self.under_way += 1
                self.most_under_way = max(self.most_under_way, self.under_way)
                await self.script[min(len(self.received), len(self.script)) - 1](writer)
                self.under_way -= 1
                if request.headers.get("connection") == "close":
                    return
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    request_line, *lines = head.rstrip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    method, path, _ = request_line.split(" ")
    return Received(method, path, headers, body)


def answer(status: int, body: bytes, **headers: str) -> Behaviour:
    """Answer as told; underscores in header names stand for hyphens."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        given = {"content-type": "application/json", "content-length": str(len(body))}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        writer.write(f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{head}\r\n".encode() + body)
        await writer.drain()

    return behave


def error(status: int, code: str, message: str = "", **headers: str) -> Behaviour:
    """Answer as a rest-json service does when it refuses."""
    body = f'{{"code": "{status}", "message": "{message}"}}'.encode()
    return answer(status, body, x_amzn_errortype=code, **headers)


def cut_off(sent: bytes = b'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"devices": [') -> Behaviour:
    """Send something, then close the connection."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await writer.drain()
        writer.close()

    return behave


async def hang_up(writer: asyncio.StreamWriter) -> None:
    """Take the request and close the connection without a word."""
    writer.close()


async def say_nothing(_writer: asyncio.StreamWriter) -> None:
    """Take the request and keep the connection open for ever."""
    await asyncio.Event().wait()


async def drip(writer: asyncio.StreamWriter) -> None:
    """Send an endless answer, slowly enough that no read ever times out."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" ")
        await asyncio.sleep(0.02)


@asynccontextmanager
async def stub_upstream(
    *script: Behaviour, port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[StubUpstream]:
    stub = StubUpstream(script)
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(stub.serve(reader, writer))
        tasks.add(task)

    server = await asyncio.start_server(connected, "127.0.0.1", port, ssl=tls)
    host, port = server.sockets[0].getsockname()
    stub.url = f"{'http' if tls is None else 'https'}://{host}:{port}"
    try:
        yield stub
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()
