"""Kept answers beside others who write: devices themselves, AWS SDKs, other processes over the same store."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio

from gateway.app.gateway import Gateway, open_gateway
from gateway.services.context import ServiceContext
from gateway.services.fleet.demo import fill
from gateway.services.fleet.tenants import fleet_tenants
from gateway.services.ingest import ClickType, report_click
from gateway.settings.settings import Settings
from tests.http.serving import serving

PATIENCE = 30.0
"""Seconds; a busy machine is not to look like a loss."""

BUTTON = '{ device(by: { deviceId: "G030PM0123456789" }) { id name events(first: 1) { nodes { timestamp } } } }'


@dataclass(frozen=True, slots=True)
class Kept:
    gateway: Gateway
    client: httpx.AsyncClient
    context: ServiceContext

    async def ask(self, query: str) -> dict[str, Any]:
        data: dict[str, Any] = (await self.client.post("/graphql", json={"query": query})).json()["data"]
        return data

    async def differs(self, query: str, before: dict[str, Any]) -> dict[str, Any]:
        """Ask until another answer comes."""
        async with asyncio.timeout(PATIENCE):
            while (answer := await self.ask(query)) == before:
                pass
        return answer


@pytest_asyncio.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    """The demo fleet at rest, and answers that are kept for a day."""
    settings = Settings(data=tmp_path, secret_key="s" * 32, response_cache=1_000_000, response_cache_age=86_400)
    async with open_gateway(settings) as gateway:
        assert gateway.services is not None
        context = gateway.services.one_click.context
        await fill(context, b"k" * 32, fleet_tenants(settings))
        async with serving(gateway.app) as client:
            yield Kept(gateway, client, context)


async def test_what_a_device_reports_is_seen(kept: Kept) -> None:
    """An event of a device is in the next answers about it, long before their age is over."""
    before = await kept.ask(BUTTON)
    assert await report_click(kept.context, "G030PM0123456789", ClickType.LONG, None)
    after = await kept.differs(BUTTON, before)

    assert after["device"]["id"] == before["device"]["id"]
    assert after["device"]["events"]["nodes"][0]["timestamp"] > before["device"]["events"]["nodes"][0]["timestamp"]


async def test_what_an_sdk_writes_is_seen(kept: Kept) -> None:
    """A tag that was set at the service's own door is in lists and in the device."""
    document = '{ devices(filter: { nameContains: "Front door" }) { nodes { name tags { key value } } } }'
    before = await kept.ask(document)
    device = (await kept.ask('{ device(by: { deviceId: "G030PM0123456789" }) { arn } }'))["device"]
    tenant, services = fleet_tenants(Settings()).buttons, kept.gateway.services
    assert tenant is not None
    assert services is not None
    await services.one_click.call(tenant, "TagResource", {"ResourceArn": device["arn"], "Tags": {"wing": "west"}})
    after = await kept.differs(document, before)

    assert {"key": "wing", "value": "west"} in after["devices"]["nodes"][0]["tags"]
