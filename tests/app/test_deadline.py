"""A whole gateway before a service that hears and never answers."""

import asyncio
from pathlib import Path

import httpx
import pytest

from gateway.app.gateway import open_gateway
from gateway.model.ids import GlobalId, NodeKind
from gateway.settings.settings import Settings
from gateway.settings.source import SourceSettings
from tests.aws_environment import set_aws_environment

QUERY = "query ($id: ID!) { node(id: $id) { id } }"


async def test_what_a_stopped_request_asked_of_its_sources_is_stopped_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """At the deadline the caller is told, and the connection to the service that did not answer is closed."""
    set_aws_environment(monkeypatch, tmp_path)
    asked, left = asyncio.Event(), asyncio.Event()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.set()
        await reader.read()
        left.set()
        writer.close()

    async with await asyncio.start_server(hear, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        source = SourceSettings(name="hq", service="one-click", endpoint_url=url, attempts=1, read_timeout=60)
        settings = Settings(data=tmp_path, secret_key="s" * 32, sources=(source,), deadline=1.0)
        async with (
            open_gateway(settings) as gateway,
            httpx.AsyncClient(transport=httpx.ASGITransport(gateway.app), base_url="http://localhost") as client,
        ):
            variables = {"id": GlobalId(NodeKind.ONE_CLICK_DEVICE, "hq", "G030PM0000000001").encode()}
            answer = (await client.post("/graphql", json={"query": QUERY, "variables": variables})).json()

            assert answer["errors"][0]["extensions"]["code"] == "DEADLINE_EXCEEDED"
            assert asked.is_set()
            await asyncio.wait_for(left.wait(), 10)
