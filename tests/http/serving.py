"""A real server on a free port, in the loop of the test."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

import httpx
import uvicorn
from starlette.types import ASGIApp

from gateway.cli.listener import WEB_SOCKETS
from gateway.http.socket_protocol import SocketProtocol

Protocol = TypeVar("Protocol")


class Remembered(Generic[Protocol]):
    """Makes a server's protocols of a kind, with what is given beside uvicorn's, and remembers them."""

    def __init__(self, kind: Callable[..., Protocol], **given: object) -> None:
        self.made: list[Protocol] = []
        self._kind = kind
        self._given = given

    def __call__(self, *arguments: Any, **named: Any) -> Protocol:  # noqa: ANN401  # uvicorn's
        self.made.append(self._kind(*arguments, **self._given, **named))
        return self.made[-1]


@asynccontextmanager
async def serving(app: ASGIApp, **config: Any) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ANN401  # uvicorn's
    """Yield a client whose base address is the server's; `config` is uvicorn's.

    The server is stopped by hand: its own way waits for a tenth of a second, which is most of what a test here takes.
    """
    config = {"ws": SocketProtocol, "ws_max_size": 262_144} | WEB_SOCKETS | config
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None, **config))
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup()
    ticking = asyncio.create_task(server.main_loop())
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            yield client
    finally:
        ticking.cancel()
        for listener in server.servers:
            listener.close()
        await asyncio.gather(*server.server_state.tasks)
        for connection in list(server.server_state.connections) * 2:  # who has not asked yet may, until told again
            connection.shutdown()
        await asyncio.sleep(0)  # a connection is closed once what was answered has left
