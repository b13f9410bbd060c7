import asyncio
from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, text

from gateway.services.context import ServiceContext
from gateway.services.fleet.demo import fill
from gateway.services.fleet.live import happen, live
from gateway.services.fleet.tenants import FleetTenants
from gateway.store.live_devices import enabled_buttons
from gateway.store.one_click_devices import set_remaining_life
from gateway.store.sqlite import SqliteDatabase
from gateway.store.tables import alexa_devices, changes, events
from tests.clock import Clock
from tests.logged import capture_logs
from tests.services.fleet.whole_fleet import BOTH, BUTTONS


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - no secret is made of it


async def logged(context: ServiceContext, after: int = 0) -> list[Any]:
    return await context.database.read(
        lambda connection: list(connection.execute(changes.select().where(changes.c.sequence > after)))
    )


async def test_buttons_are_pressed_and_connections_change(context: ServiceContext, clock: Clock) -> None:
    """Both happen, of several devices, through the log like every report."""
    await fill(context, bytes(32), BOTH)
    before = max(row.sequence for row in await logged(context))
    random = seeded(1)
    for _ in range(60):
        clock.advance(timedelta(seconds=2))
        await happen(context, BOTH, random)
    new = [row for row in await logged(context, before) if row.kind == "EVENT"]
    kinds = Counter(row.event_type for row in new)

    assert len(new) == 60
    assert set(kinds) == {"SINGLE", "DOUBLE", "LONG", "CONNECTION_STATUS"}
    assert kinds["SINGLE"] > kinds["CONNECTION_STATUS"] > 2
    assert len({row.device for row in new}) > 10


async def test_most_echoes_stay_online(context: ServiceContext, clock: Clock) -> None:
    """Who lost the connection comes back sooner than the next one loses it."""
    tenants = FleetTenants(None, BOTH.echoes)
    await fill(context, bytes(32), tenants)
    random = seeded(1)
    for _ in range(200):
        clock.advance(timedelta(seconds=2))
        await happen(context, tenants, random)
    rows = await context.database.read(lambda connection: list(connection.execute(alexa_devices.select())))

    assert 20 <= sum(row.connection_status == "ONLINE" for row in rows) <= 39


async def test_an_empty_battery_is_replaced(context: ServiceContext) -> None:
    """A demo that runs for weeks still has life in it."""
    await fill(context, bytes(32), BOTH)
    tenants = FleetTenants(BUTTONS, None)

    def wear_out(connection: Connection) -> None:
        for device_id in enabled_buttons(connection, BUTTONS):
            set_remaining_life(connection, device_id, 0.0)

    await context.database.write(wear_out)
    await happen(context, tenants, seeded(1))
    lives = await context.database.read(lambda connection: enabled_buttons(connection, BUTTONS))

    assert sorted(set(lives.values())) == [0.0, 0.9995]


@pytest.mark.parametrize("tenants", [BOTH, FleetTenants(BUTTONS, None), FleetTenants(None, BOTH.echoes)])
async def test_nothing_happens_in_an_empty_store(context: ServiceContext, tenants: FleetTenants) -> None:
    """No device is made up."""
    for seed in range(10):
        await happen(context, tenants, seeded(seed))

    assert await logged(context) == []


async def test_life_goes_on_after_a_failure(sqlite_database: SqliteDatabase, clock: Clock) -> None:
    """An event that cannot be kept is logged, and later ones are kept."""
    context = ServiceContext(sqlite_database, clock, None)  # type: ignore[arg-type]  # no token is sealed here
    tenants = FleetTenants(BUTTONS, None)
    await fill(context, bytes(32), tenants)
    before = max(row.sequence for row in await logged(context))
    await sqlite_database.write(lambda connection: connection.execute(text("ALTER TABLE events RENAME TO gone")))
    with capture_logs() as messages:
        task = asyncio.create_task(live(context, tenants, seeded(1), mean_seconds=0.001))
        while not messages:  # noqa: ASYNC110 - what is logged has no event to wait for
            await asyncio.sleep(0)
        await sqlite_database.write(lambda connection: connection.execute(text("ALTER TABLE gone RENAME TO events")))
        while not await logged(context, before):
            clock.advance(timedelta(seconds=1))
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert {message["event"] for message in messages} == {"demo event failed"}
    assert await sqlite_database.read(lambda connection: connection.execute(events.select()).first()) is not None
