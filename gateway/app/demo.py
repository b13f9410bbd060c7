from contextlib import AsyncExitStack
from random import Random
from typing import TYPE_CHECKING

from gateway.app.background import background
from gateway.app.keys import encryption_key
from gateway.services.context import ServiceContext
from gateway.services.fleet.tenants import fleet_tenants
from gateway.settings.settings import Settings

if TYPE_CHECKING:
    from gateway.services.fleet.demo import DemoFleet


async def open_demo(settings: Settings, context: ServiceContext, stack: AsyncExitStack) -> "DemoFleet":
    """Fill an empty store with the demo fleet, and keep it alive; raise FleetRefusal where it has other devices."""
    from gateway.services.fleet.demo import fill
    from gateway.services.fleet.live import live

    tenants = fleet_tenants(settings)
    demo = await fill(context, encryption_key(settings), tenants)
    await stack.enter_async_context(background(live(context, tenants, Random())))  # noqa: S311 - no secret is made of it
    return demo
