"""A forward proxy for plain http, which remembers what it passed on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(slots=True)
class Proxy:
    """`passed`: the targets of the requests, each of them an absolute URL."""

    url: str = ""
    passed: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one request on and its answer back, then close."""
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, version = head.split(b"\r\n", 1)[0].split(b" ")
        self.passed.append(target.decode())
        to = urlsplit(target.decode())
        there, onward = await asyncio.open_connection(to.hostname, to.port)
        path = to.path + (f"?{to.query}" if to.query else "")
        _, _, rest = head.partition(b"\r\n")
        length = int(rest.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or b"0")
        onward.write(b"%s %s %s\r\nconnection: close\r\n" % (method, path.encode(), version) + rest)
        onward.write(await reader.readexactly(length))
        writer.write(await there.read())
        await writer.drain()
        for each in (onward, writer):
            each.close()
            await each.wait_closed()


@asynccontextmanager
async def forward_proxy() -> AsyncIterator[Proxy]:
    proxy = Proxy()
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        await server.wait_closed()
