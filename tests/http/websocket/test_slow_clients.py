"""Clients that do not read, or come back too late: what they held is freed, and nothing is lost without a word."""

import asyncio
import socket
import time
from functools import partial
from pathlib import Path
from typing import Any

from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from gateway.http.socket_protocol import SocketProtocol
from gateway.store.retention import delete_changes_before
from tests.http.live_gateway import EVENTS, live_gateway
from tests.http.serving import Remembered, serving
from tests.http.websocket.socket import PROTOCOL, Socket, accept, opened
from tests.logged import capture_logs

BUTTON = "G030PM0000000001"
ALIASES = " ".join(f"a{number}: arn" for number in range(300))
LARGE = f"""
    subscription ($after: String) {{
        deviceEvents(after: $after) {{ cursor event {{ id device {{ ... on OneClickDevice {{ {ALIASES} }} }} }} }}
    }}
"""
PING = b"\x89\xfd" + bytes(4) + b"p" * 125
"""A frame with as much in it as a ping may have (RFC 6455, 5.5), masked by nothing."""
FAREWELL = b"\x88\x82" + bytes(4) + b"\x03\xe8"
"""That a client closes in good order (1000), masked as well."""
ROOMY = {"maximum_aliases": 400, "maximum_fields": 1000, "stream_waiting": 50_000, "maximum_cost": 100_000}


def narrow(host: str, port: int) -> socket.socket:
    """A connection that takes little at a time from who sends."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect((host, port))
    return made


async def event_ids(heard: Socket, count: int) -> tuple[list[str], str]:
    """Of the next events, and the last one's cursor."""
    told = [(await heard.hear())["payload"]["data"]["deviceEvents"] for _ in range(count)]
    return [one["event"]["id"] for one in told], told[-1]["cursor"]


async def test_a_client_that_never_reads_is_let_go_and_comes_back(tmp_path: Path) -> None:
    """Its stream ends as soon as too much waits for it, whether it looks or not; when it looks it finds what was sent,
    then SLOW_CONSUMER with the cursor to come back with, and so it has every event once.
    """
    async with live_gateway(tmp_path, BUTTON, **ROOMY) as gateway:
        host, port = gateway.client.base_url.host, gateway.client.base_url.port or 0
        async with opened(gateway.client, sock=narrow(host, port), max_queue=1) as slow:
            await slow.init()
            await slow.subscribe("1", LARGE)
            await gateway.streams(1)
            presses = 0
            while gateway.open_streams() and presses < 2000:
                await gateway.press(BUTTON)
                presses += 1
                await asyncio.sleep(0)
            await gateway.press(BUTTON)
            told: list[dict[str, Any]] = [await slow.hear()]
            while told[-1]["type"] == "next":
                told.append(await slow.hear())
        *sent, end = told
        [error] = end["payload"]
        async with opened(gateway.client) as again:
            await again.init()
            await again.subscribe("1", LARGE, variables={"after": error["extensions"]["cursor"]})
            rest, _ = await event_ids(again, presses + 1 - len(sent))

    assert (end["type"], error["extensions"]["code"]) == ("error", "SLOW_CONSUMER")
    seen = [one["payload"]["data"]["deviceEvents"]["event"]["id"] for one in sent]
    assert len(set(seen + rest)) == len(seen + rest) == presses + 1


async def test_a_socket_that_takes_nothing_is_dropped() -> None:
    """Who has taken not a byte of what waits for it in a while is cut off, and what it was told by ends."""
    ended = asyncio.Event()

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await accept(scope, receive, send)
        try:
            while True:
                await send({"type": "websocket.send", "text": "x" * 100_000})
        except OSError:
            ended.set()

    with capture_logs() as lines:
        async with serving(application, ws=partial(SocketProtocol, stall_seconds=0.1)) as client:
            made = narrow(client.base_url.host, client.base_url.port or 0)
            async with opened(client, sock=made, max_queue=1, close_timeout=0.1):
                await asyncio.wait_for(ended.wait(), 10)

    assert [line["reason"] for line in lines if line["event"] == "connection dropped"] == ["the client does not read"]


async def test_what_waits_when_a_socket_ends_does_not_keep_it() -> None:
    """Nor is a connection kept that was closed with so little unsent that nobody had to wait to say it."""
    remembered = Remembered(SocketProtocol, stall_seconds=0.1)
    made = remembered.made

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await accept(scope, receive, send)
        while not made[0].transport.get_write_buffer_size():
            await send({"type": "websocket.send", "text": "x" * 1000})
            await asyncio.sleep(0)

    with capture_logs() as lines:
        async with serving(application, ws=remembered) as client:
            narrowed = narrow(client.base_url.host, client.base_url.port or 0)
            async with opened(client, sock=narrowed, max_queue=1, close_timeout=0.1), asyncio.timeout(10):
                while not made[0].disconnected:  # noqa: ASYNC110 - no event
                    await asyncio.sleep(0.01)

    assert [line["reason"] for line in lines if line["event"] == "connection dropped"] == ["the client does not read"]


async def test_pongs_do_not_pile_up_for_who_does_not_read() -> None:
    """However often a client pings that reads nothing, what waits for it is bounded, and what it says is heard."""
    remembered = Remembered(SocketProtocol)
    made = remembered.made
    heard: asyncio.Queue[str] = asyncio.Queue()

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await accept(scope, receive, send)
        while (event := await receive())["type"] == "websocket.receive":
            heard.put_nowait(event["text"])

    async with serving(application, ws=remembered) as client:
        narrowed = narrow(client.base_url.host, client.base_url.port or 0)
        async with opened(client, sock=narrowed, max_queue=1, close_timeout=0.1) as pinging:
            transport = pinging.connection.transport
            transport.pause_reading()
            for _ in range(60):
                transport.write(PING * 1000)
                await pinging.connection.send("that was a thousand")
                async with asyncio.timeout(10):
                    await heard.get()
            waiting = made[0].transport.get_write_buffer_size()

    assert 0 < waiting < 200_000


async def test_a_farewell_behind_a_ping_is_answered() -> None:
    """Who says goodbye with much unread has the server's own once that was read, whatever it asked for before."""
    full = asyncio.Event()

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await accept(scope, receive, send)
        while made[0].writable.is_set():
            await send({"type": "websocket.send", "text": "x" * 100_000})
        full.set()
        await receive()

    remembered = Remembered(SocketProtocol)
    made = remembered.made

    async with serving(application, ws=remembered) as client, opened(client) as leaving:
        transport = leaving.connection.transport
        transport.pause_reading()
        async with asyncio.timeout(10):
            await full.wait()
            transport.write(PING + FAREWELL)
            transport.resume_reading()
            async for _ in leaving.connection:
                pass

    assert leaving.connection.close_code == 1000


async def test_a_farewell_is_heard_before_what_waits(tmp_path: Path) -> None:
    """A client that says goodbye with payloads unread is let go at once, not when it has read them or time is up."""
    async with live_gateway(tmp_path, BUTTON, **ROOMY | {"stream_waiting": 10**9}) as gateway:
        host, port = gateway.client.base_url.host, gateway.client.base_url.port or 0
        async with opened(gateway.client, sock=narrow(host, port), max_queue=1, close_timeout=60) as slow:
            await slow.init()
            await slow.subscribe("1", LARGE)
            await gateway.streams(1)
            [stream] = next(iter(gateway.subscriptions._channels.values()))._subscribers
            presses = 0
            while stream._waiter is not None or presses < 3:
                presses += 1
                await gateway.press(BUTTON)
                await asyncio.sleep(0.01)
            leaving = asyncio.create_task(slow.connection.close())
            await gateway.streams(0)
            slow.connection.transport.abort()
            await leaving


async def test_a_farewell_with_much_unread_does_not_keep_a_server_from_stopping() -> None:
    """A client that says goodbye and takes no more is cut off when the server stops, which it does in good order."""
    remembered = Remembered(SocketProtocol)
    made = remembered.made

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await accept(scope, receive, send)
        while made[0].writable.is_set():
            await send({"type": "websocket.send", "text": "x" * 100_000})
        await receive()

    async with serving(application, ws=remembered) as client:
        narrowed = narrow(client.base_url.host, client.base_url.port or 0)
        connection = await connect(
            f"ws://{client.base_url.host}:{client.base_url.port}/",
            subprotocols=[Subprotocol(PROTOCOL)],
            sock=narrowed,
            max_queue=1,
            close_timeout=60,
        )
        leaving = asyncio.create_task(connection.close())
        async with asyncio.timeout(10):
            while not made[0].transport.is_closing():  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.001)

    assert made[0].disconnected
    connection.transport.abort()
    await leaving


async def test_a_cursor_that_is_too_old_says_so(tmp_path: Path) -> None:
    """Who comes back after what it missed was deleted is told CURSOR_EXPIRED, and nothing is opened."""
    async with live_gateway(tmp_path, BUTTON) as gateway, opened(gateway.client) as heard:
        await heard.init()
        await heard.subscribe("1", EVENTS)
        await gateway.streams(1)
        await gateway.press(BUTTON)
        _, cursor = await event_ids(heard, 1)
        await gateway.press(BUTTON)
        await event_ids(heard, 1)
    async with live_gateway(tmp_path) as gateway, opened(gateway.client) as late:
        await delete_changes_before(gateway.context.database, int(time.time() * 1000) + 60_000)
        await late.init()
        await late.subscribe("1", EVENTS, variables={"after": cursor})
        refusal = await late.hear()
        await gateway.streams(0)

    assert (refusal["type"], refusal["payload"][0]["extensions"]["code"]) == ("error", "CURSOR_EXPIRED")
