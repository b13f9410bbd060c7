"""A whole fleet: files that are imported into it, what the services answer of it, and every row of the store."""

from collections.abc import Mapping
from typing import Any

import pytest

from gateway.model.tenant import Tenant
from gateway.services import alexa, one_click
from gateway.services.context import ServiceContext
from gateway.services.embedded import EmbeddedService
from gateway.services.fleet.counts import Counts
from gateway.services.fleet.imports import import_file
from gateway.services.fleet.refusal import FleetRefusal
from gateway.services.fleet.tenants import FleetTenants
from gateway.store.tables import metadata
from gateway.wire.service import load

BUTTONS = Tenant("123456789012", "us-west-2")
ECHOES = Tenant("123456789012", "us-east-1")
NEIGHBOUR = Tenant("210987654321", "us-west-2")
BOTH = FleetTenants(BUTTONS, ECHOES)


async def imported(context: ServiceContext, data: bytes, *, percent: bool = False) -> dict[str, Counts]:
    return dict((await import_file(context, BOTH, data, percent=percent)).counts)


async def everything(context: ServiceContext) -> dict[str, list[tuple[Any, ...]]]:
    return await context.database.read(
        lambda connection: {
            table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
            for table in metadata.sorted_tables
        }
    )


async def log(context: ServiceContext) -> list[tuple[str, str]]:
    rows = await context.database.read(lambda connection: list(connection.execute(metadata.tables["changes"].select())))
    return [(row.device, row.kind) for row in rows]


async def refused(context: ServiceContext, data: bytes, *told: str, tenants: FleetTenants = BOTH) -> None:
    """The file is refused with a message that has all of that, and nothing is changed."""
    before = await everything(context)
    with pytest.raises(FleetRefusal) as refusal:
        await import_file(context, tenants, data)

    assert [part for part in told if part not in str(refusal.value)] == [], str(refusal.value)
    assert await everything(context) == before


async def buttons_call(
    context: ServiceContext, operation: str, tenant: Tenant = BUTTONS, **params: object
) -> Mapping[str, Any]:
    service = EmbeddedService(
        load("iot1click-devices"), one_click.OPERATIONS, one_click.PLURAL, one_click.BEYOND, context
    )
    return await service.call(tenant, operation, params)


async def echoes_call(context: ServiceContext, operation: str, **params: object) -> Mapping[str, Any]:
    service = EmbeddedService(load("alexaforbusiness"), alexa.OPERATIONS, alexa.PLURAL, alexa.BEYOND, context)
    return await service.call(ECHOES, operation, params)


async def write(context: ServiceContext, function: Any) -> None:  # noqa: ANN401 - takes a connection
    await context.database.write(function)
