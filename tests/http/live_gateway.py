"""A whole gateway on a real socket whose devices are pressed by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from gateway.app.gateway import open_gateway
from gateway.execution.subscribe import Subscriptions
from gateway.model.tenant import Tenant
from gateway.services.context import ServiceContext
from gateway.services.embedded import EmbeddedService
from gateway.services.ingest import ClickType, report_click
from gateway.settings.settings import Settings
from gateway.store.claim_codes import add_claim_code
from gateway.store.one_click_devices import register_device
from tests.http.serving import serving

EVENTS = """
    subscription ($after: String) {
        deviceEvents(after: $after) { cursor event { id ... on ClickEvent { clickType } } }
    }
"""
CODE = "C-live"


@dataclass(frozen=True)
class LiveGateway:
    client: httpx.AsyncClient
    context: ServiceContext
    service: EmbeddedService
    subscriptions: Subscriptions

    async def claim(self, tenant: Tenant, *device_ids: str) -> None:
        """Make devices that report what happens to them."""
        await self.context.database.write(
            lambda connection: (
                add_claim_code(connection, CODE, 0),
                [register_device(connection, one, "button", CODE) for one in device_ids],
            )
        )
        await self.service.call(tenant, "ClaimDevicesByClaimCode", {"ClaimCode": CODE})
        for one in device_ids:
            await self.service.call(tenant, "UpdateDeviceState", {"DeviceId": one, "Enabled": True})

    async def streams(self, count: int) -> None:
        """Wait until so many streams are open; there is no message that tells."""
        async with asyncio.timeout(10):
            while self.open_streams() != count:  # noqa: ASYNC110 - see above
                await asyncio.sleep(0)

    def open_streams(self) -> int:
        return sum(len(channel._subscribers) for channel in self.subscriptions._channels.values())

    async def press(self, device_id: str, click: ClickType = ClickType.SINGLE) -> None:
        await report_click(self.context, device_id, click)


@asynccontextmanager
async def live_gateway(data: Path, *device_ids: str, **settings: Any) -> AsyncIterator[LiveGateway]:  # noqa: ANN401 - of any type
    """Serve a gateway over that directory; what it does not have yet of the devices is claimed."""
    told = Settings(data=data, **settings)
    async with open_gateway(told) as gateway, serving(gateway.app) as client:
        assert gateway.services
        live = LiveGateway(
            client, gateway.services.one_click.context, gateway.services.one_click, gateway.subscriptions
        )
        if device_ids:
            await live.claim(Tenant(told.sources[0].account, told.sources[0].aws_region), *device_ids)
        yield live
