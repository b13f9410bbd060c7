"""A client that speaks graphql-transport-ws by hand, and may break its rules."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PROTOCOL = "graphql-transport-ws"


async def accept(scope: Scope, receive: Receive, send: Send) -> None:
    """Do as an application does that takes every socket."""
    assert scope["type"] == "websocket"
    await receive()
    await send({"type": "websocket.accept", "subprotocol": PROTOCOL})


@dataclass(frozen=True)
class Socket:
    connection: ClientConnection

    async def say(self, message: object) -> None:
        await self.connection.send(json.dumps(message))

    async def hear(self) -> Any:  # noqa: ANN401 - JSON is any of its types
        async with asyncio.timeout(10):
            return json.loads(await self.connection.recv())

    async def closed(self) -> tuple[int, str]:
        """Code and reason, once the server has closed; what it said before is not heard."""
        async with asyncio.timeout(10):
            with suppress(ConnectionClosed):
                async for _ in self.connection:
                    pass
            await self.connection.wait_closed()
        return self.connection.close_code or 0, self.connection.close_reason or ""

    async def init(self, payload: object = None) -> None:
        await self.say({"type": "connection_init", "payload": payload})
        assert await self.hear() == {"type": "connection_ack"}

    async def subscribe(self, id_: str, query: str, **parameters: object) -> None:
        await self.say({"id": id_, "type": "subscribe", "payload": {"query": query, **parameters}})


@asynccontextmanager
async def opened(
    client: httpx.AsyncClient,
    *,
    protocols: tuple[str, ...] = (PROTOCOL,),
    **given: Any,  # noqa: ANN401 - of `connect`
) -> AsyncIterator[Socket]:
    """Open a socket to the server that the client asks."""
    url = str(client.base_url.copy_with(scheme="ws")).rstrip("/") + "/graphql"
    async with connect(url, subprotocols=[Subprotocol(name) for name in protocols], **given) as connection:
        yield Socket(connection)
