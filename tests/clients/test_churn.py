"""Phones come and go all day: what a gateway holds for them goes with them."""

import asyncio
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from gateway.settings.settings import Settings
from tests.clients.server_process import ServerProcess, served
from tests.clients.watchers import make_fleet

SECONDS = 3600.0
ROUNDS = 10
CLIENTS = 4
"""Over each of the two transports."""

MOST_GROWTH, MOST_FILES = 1.1, 5
DOCUMENT = "subscription { deviceEvents { cursor event { id device { name } } } }"
SETTINGS: Mapping[str, str] = {"GATEWAY_CHANGES_IN_MEMORY": "1000", "GATEWAY_DOCUMENT_CACHE": "2000000"}
"""What is kept on purpose is full after the first of all rounds, on a slow machine too."""

PATIENCE = 30.0


@dataclass(frozen=True)
class Held:
    """What a server has when all its clients have left."""

    resident: int
    files: int


@pytest.mark.long
@pytest.mark.timeout(2 * SECONDS)
async def test_memory_is_flat_over_an_hour_of_churn(tmp_path: Path) -> None:
    """Clients open streams and leave, politely or not, while events happen: nothing of them stays."""
    fleet = await make_fleet(Settings(data=tmp_path / "0"))
    with served(tmp_path / "0", settings=SETTINGS) as server:
        writing = asyncio.create_task(fleet.press_by_ingest(lambda: server.url))
        held = [await churn(server, SECONDS / ROUNDS) for _ in range(ROUNDS)]
        writing.cancel()
        with suppress(asyncio.CancelledError):
            await writing

    assert held[-1].resident <= held[0].resident * MOST_GROWTH, held
    assert held[-1].files <= held[0].files + MOST_FILES, held


async def churn(server: ServerProcess, seconds: float) -> Held:
    until = time.monotonic() + seconds
    async with asyncio.TaskGroup() as clients:
        for _ in range(CLIENTS):
            clients.create_task(over_sockets(server.url, until))
            clients.create_task(over_events(server.url, until))
    async with httpx.AsyncClient(base_url=server.url) as client, asyncio.timeout(PATIENCE):
        while await open_streams(client):  # noqa: ASYNC110 - a server has no event for that
            await asyncio.sleep(0.1)
    process = psutil.Process(server.process.pid)
    return Held(process.memory_info().rss, process.num_fds())


async def over_sockets(url: str, until: float) -> None:
    """Take three payloads each time, then say so, close, or be cut off; one document in three is a new one."""
    number = 0
    while time.monotonic() < until:
        number += 1
        document = DOCUMENT if number % 3 else DOCUMENT.replace("cursor", f"cursor{number}: cursor")
        address = url.replace("http:", "ws:") + "/graphql"
        async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
            await socket.send('{"type": "connection_init"}')
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": document}}))
            for _ in range(4):
                await socket.recv()
            if number % 4 == 0:
                await socket.send('{"id": "1", "type": "complete"}')
            elif number % 4 == 1:
                socket.transport.abort()


async def over_events(url: str, until: float) -> None:
    headers = {"accept": "text/event-stream"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=PATIENCE) as client:
        while time.monotonic() < until:
            async with client.stream("POST", "/graphql", json={"query": DOCUMENT}) as answer:
                lines = answer.aiter_lines()
                payloads = 0
                while payloads < 3:
                    payloads += (await anext(lines)).startswith("event: next")


async def open_streams(client: httpx.AsyncClient) -> float:
    text = (await client.get("/metrics")).text
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith("gateway_live_streams{"))
