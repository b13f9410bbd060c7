"""Whatever a client does wrong has its close code, and frees what the socket held."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeAlias

import pytest
from starlette.types import Receive, Scope, Send
from websockets.client import ClientProtocol
from websockets.frames import Close, Frame
from websockets.uri import parse_uri

from gateway.http.socket_protocol import SocketProtocol
from tests.http.live_gateway import EVENTS, LiveGateway, live_gateway
from tests.http.serving import Remembered, serving
from tests.http.websocket.socket import PROTOCOL, Socket, accept, opened

BUTTON = "G030PM0000000001"
NOT_MASKED = b"\x81\x02{}"
NOT_UTF_8 = b"\x81\x81\0\0\0\0\xff"
RESERVED = b"\xf1\x80\0\0\0\0"

Wrong: TypeAlias = Callable[[Socket], Awaitable[object]]


async def writes(frame: bytes, socket: Socket) -> None:
    """Send what this client's library would not."""
    socket.connection.transport.write(frame)


async def floods(socket: Socket) -> None:
    for _ in range(100):
        await socket.say({"type": "pong"})


WRONG: Mapping[str, tuple[Wrong, int]] = {
    "no JSON": (lambda socket: socket.connection.send("{"), 4400),
    "no object": (lambda socket: socket.say([]), 4400),
    "bytes": (lambda socket: socket.connection.send(b"{}"), 4400),
    "an unknown type": (lambda socket: socket.say({"type": "start", "id": "2"}), 4400),
    "no operation": (lambda socket: socket.say({"type": "subscribe", "id": "2", "payload": {}}), 4400),
    "a second init": (lambda socket: socket.say({"type": "connection_init"}), 4429),
    "a duplicate id": (lambda socket: socket.subscribe("1", "{ __typename }"), 4409),
    "a flood": (floods, 1008),
    "a message too large": (lambda socket: socket.connection.send("x" * 300_000), 1009),
    "a frame that is not masked": (partial(writes, NOT_MASKED), 1002),
    "a frame of another version": (partial(writes, RESERVED), 1002),
    "a frame of no text": (partial(writes, NOT_UTF_8), 1007),
    "silence": (lambda _: asyncio.sleep(0), 1001),
}


def held(gateway: LiveGateway) -> list[object]:
    """What sockets hold beyond themselves, where it is anything."""
    subscriptions, live = gateway.subscriptions, gateway.subscriptions._live
    assert live
    kept = (subscriptions._channels, subscriptions._counts._of, subscriptions.viewers._standings, live.hub.is_followed)
    return [one for one in kept if one]


@pytest.mark.parametrize(("wrong", "code"), WRONG.values(), ids=WRONG)
async def test_what_is_wrong_closes_and_frees(tmp_path: Path, wrong: Wrong, code: int) -> None:
    """A socket with two subscriptions under way: none is left, nothing follows the log, and others go on."""
    pings = 0.2 if code == 1001 else 20.0
    async with live_gateway(tmp_path, BUTTON, message_rate=2.0, ping_interval=pings) as gateway:
        async with opened(gateway.client) as socket:
            await socket.init()
            for id_ in ("1", "2"):
                await socket.subscribe(id_, EVENTS)
            await gateway.streams(2)
            before = held(gateway)
            await wrong(socket)
            closed, _ = await socket.closed()
            async with asyncio.timeout(10):
                while held(gateway):  # noqa: ASYNC110 - nothing else tells
                    await asyncio.sleep(0.001)
        async with opened(gateway.client) as other:
            await other.init()

    assert len(before) == 4
    assert closed == code


async def test_a_socket_that_never_closes_is_closed() -> None:
    """A client that hears the farewell and neither answers nor hangs up: the connection is ended for it."""
    remembered = Remembered(SocketProtocol, close_seconds=0.1)
    made = remembered.made

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await accept(scope, receive, send)
        await receive()
        await send({"type": "websocket.close", "code": 4400, "reason": "no"})

    async with serving(application, ws=remembered) as client:
        protocol = ClientProtocol(parse_uri(str(client.base_url.copy_with(scheme="ws"))), subprotocols=[PROTOCOL])
        reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        protocol.send_request(protocol.connect())
        writer.write(b"".join(protocol.data_to_send()))
        protocol.receive_data(await reader.readuntil(b"\r\n\r\n"))
        protocol.send_text(b"?")
        writer.write(b"".join(protocol.data_to_send()))
        async with asyncio.timeout(10):
            protocol.receive_data(await reader.read())
        writer.close()

    _, farewell = protocol.events_received()
    assert isinstance(farewell, Frame)
    assert Close.parse(farewell.data) == Close(4400, "no")
    assert made[0].disconnected
