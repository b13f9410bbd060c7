"""How many streams are open is told at /metrics, by what they travel over."""

import asyncio
from pathlib import Path

import httpx

from tests.http.event_stream.reading import event_stream
from tests.http.live_gateway import EVENTS, live_gateway
from tests.http.websocket.socket import opened

BUTTON = "G030PM0000000001"


async def told(client: httpx.AsyncClient, prefix: str) -> dict[str, float]:
    text = (await client.get("/metrics")).text
    lines = [line.removeprefix(prefix).rpartition(" ") for line in text.splitlines() if line.startswith(prefix)]
    return {name: float(value) for name, _, value in lines}


async def test_open_streams_are_counted(tmp_path: Path) -> None:
    """Sockets and event streams are counted while they are open, and the time they stay is no request's."""
    async with live_gateway(tmp_path, BUTTON) as gateway:
        client = gateway.client
        async with opened(client) as socket, event_stream(client, json={"query": EVENTS}):
            await socket.init()
            both = await told(client, "gateway_live_streams")
        await gateway.streams(0)
        async with asyncio.timeout(10):
            while any((await told(client, "gateway_live_streams")).values()):
                pass
        timed = await told(client, 'gateway_http_request_seconds_count{door="graphql"}')

    assert both == {'{transport="event stream"}': 1.0, '{transport="websocket"}': 1.0}
    assert timed == {}
