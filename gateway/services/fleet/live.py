"""Traffic of a fleet that nobody is there to press: clicks, connections that come and go, an empty battery replaced."""

import asyncio
from random import Random

from gateway.model.device import ConnectionStatus
from gateway.model.tenant import Tenant
from gateway.observability.event_log import EventLog
from gateway.services.context import ServiceContext
from gateway.services.fleet.demo_buttons import CLICK_SHARES, CLICK_TYPES
from gateway.services.fleet.tenants import FleetTenants
from gateway.services.ingest import report_click, report_connection, report_health
from gateway.store.live_devices import echo_connections, enabled_buttons

MEAN_SECONDS = 2.0
CLICKS_SHARE = 0.85
EMPTY_BATTERY = 0.01
RECONNECTS_SOONER = 4
"""How much likelier a device that is offline comes back than one that is online goes."""

log = EventLog(__name__)


async def live(
    context: ServiceContext, tenants: FleetTenants, random: Random, *, mean_seconds: float = MEAN_SECONDS
) -> None:
    """Let something happen every now and then until cancelled; what fails is logged, and something else happens."""
    while True:
        await asyncio.sleep(mean_seconds * random.uniform(0.5, 1.5))
        try:
            await happen(context, tenants, random)
        except Exception:
            log.exception("demo event failed")


async def happen(context: ServiceContext, tenants: FleetTenants, random: Random) -> None:
    """Let one device report one thing; nothing where there is no device that could."""
    clicks = random.random() < CLICKS_SHARE
    if tenants.buttons is not None and (clicks or tenants.echoes is None):
        await _click(context, tenants.buttons, random)
    elif tenants.echoes is not None:
        await _change_connection(context, tenants.echoes, random)


async def _click(context: ServiceContext, tenant: Tenant, random: Random) -> None:
    lives = await context.database.read(lambda connection: enabled_buttons(connection, tenant))
    if not lives:
        return
    (device_id,) = random.choices(list(lives), list(map(_busy, lives)))
    if lives[device_id] < EMPTY_BATTERY:
        await report_health(context, device_id, 1.0)
    (click,) = random.choices(CLICK_TYPES, CLICK_SHARES)
    await report_click(context, device_id, click)


async def _change_connection(context: ServiceContext, tenant: Tenant, random: Random) -> None:
    echoes = await context.database.read(lambda connection: echo_connections(connection, tenant))
    if not echoes:
        return
    online = ConnectionStatus.ONLINE
    ((arn, status),) = random.choices(echoes, [1 if one == online else RECONNECTS_SOONER for _, one in echoes])
    await report_connection(context, tenant, arn, ConnectionStatus.OFFLINE if status == online else online)


def _busy(device_id: str) -> float:
    """Some buttons are pressed far more than others, and always the same ones."""
    return Random(device_id).random() ** 3 + 0.001  # noqa: S311 - no secret is made of it
