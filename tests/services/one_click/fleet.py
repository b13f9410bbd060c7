import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from gateway.model.device import OneClickDevice
from gateway.model.query import EventQuery
from gateway.model.tenant import Tenant
from gateway.services.context import ServiceContext
from gateway.services.embedded import EmbeddedService
from gateway.services.ingest import ClickType, report_click
from gateway.services.one_click import BEYOND, OPERATIONS, PLURAL
from gateway.store.changes import ChangeKind, changes_after
from gateway.store.claim_codes import add_claim_code
from gateway.store.one_click_devices import register_device
from gateway.store.postgres import PostgresDatabase
from gateway.store.tables import metadata
from gateway.wire.errors import ServiceError
from gateway.wire.service import load

HERE = Tenant("123456789012", "us-west-2")
NEIGHBOUR = Tenant("210987654321", "us-west-2")
ELSEWHERE = Tenant("123456789012", "us-east-1")
CODE = "C-123EXAMPLE"


def button_id(number: int = 1) -> str:
    return f"G030PM{number:010}"


BUTTON = button_id()


def asked_of(query: EventQuery) -> dict[str, object]:
    """What the gateway asks, of a button that it knows."""
    device = OneClickDevice("hq", "", query.device, "button", enabled=True, remaining_life=1, attributes={}, tags=())
    return {"Query": query, "Device": device}


@dataclass(frozen=True, slots=True)
class Fleet:
    """Buttons as their manufacturer, their owner and the people who press them handle them."""

    service: EmbeddedService

    async def call(self, operation: str, tenant: Tenant = HERE, **params: object) -> Mapping[str, Any]:
        return await self.service.call(tenant, operation, params)

    async def manufacture(
        self, ids: Iterable[str] = (BUTTON,), *, code: str | None = None, kind: str = "button"
    ) -> None:
        def write(connection: Any) -> None:  # noqa: ANN401 - the store's connection
            if code is not None:
                add_claim_code(connection, code, 0)
            for device_id in ids:
                register_device(connection, device_id, kind, code)

        await self.service.context.database.write(write)

    async def claimed(self, tenant: Tenant = HERE, device_id: str = BUTTON, *, enabled: bool = True) -> str:
        """A device of the tenant, by the long way; return its ARN."""
        await self.manufacture([device_id])
        await self.call("InitiateDeviceClaim", tenant, DeviceId=device_id)
        await self.press(device_id)
        await self.call("FinalizeDeviceClaim", tenant, DeviceId=device_id)
        if enabled:
            await self.call("UpdateDeviceState", tenant, DeviceId=device_id, Enabled=True)
        return f"arn:aws:iot1click:{tenant.region}:{tenant.account}:devices/{device_id}"

    async def at_once(self, *calls: Awaitable[Any]) -> list[Any]:
        """Carry out calls in transactions that overlap: with their connections open, none of them is ahead."""
        database = self.service.context.database
        if isinstance(database, PostgresDatabase):
            pause = text("SELECT pg_sleep(0.02)")
            await asyncio.gather(*(database.read(lambda connection: connection.execute(pause).all()) for _ in calls))
        return await asyncio.gather(*calls, return_exceptions=True)

    async def press(
        self, device_id: str = BUTTON, click: ClickType = ClickType.SINGLE, at: datetime | None = None
    ) -> bool:
        return await report_click(self.service.context, device_id, click, at)

    async def log(self, after: int = 0) -> list[tuple[Tenant, str, ChangeKind]]:
        rows = await self.service.context.database.read(lambda connection: changes_after(connection, after, 1000))
        return [(change.tenant, change.device, change.kind) for _, change in rows]

    async def refused(self, code: str, operation: str, tenant: Tenant = HERE, **params: object) -> str:
        """Make sure that the operation is refused with that code, and changes nothing; return the message."""
        before = await self.everything()
        with pytest.raises(ServiceError) as refusal:
            await self.call(operation, tenant, **params)
        assert refusal.value.code == code
        assert await self.everything() == before
        return refusal.value.message

    async def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of the store."""
        return await self.service.context.database.read(
            lambda connection: {
                table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
                for table in metadata.sorted_tables
            }
        )


def one_click_fleet(context: ServiceContext) -> Fleet:
    return Fleet(EmbeddedService(load("iot1click-devices"), OPERATIONS, PLURAL, BEYOND, context))
