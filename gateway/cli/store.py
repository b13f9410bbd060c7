"""Commands that work on the store, beside a running server or without one."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from gateway.app.keys import encryption_key
from gateway.app.store import open_store, service_context
from gateway.cli.refusal import read_settings, refusals
from gateway.observability.logging import configure_logging
from gateway.services.context import ServiceContext
from gateway.services.fleet.tenants import FleetTenants, fleet_tenants
from gateway.settings.not_usable import NotUsable
from gateway.settings.settings import Settings
from gateway.store.data_directory import has_database
from gateway.store.database import Database

Result = TypeVar("Result")


class Opened(Struct, frozen=True):
    """An open store, and whose devices the command is about."""

    settings: Settings
    context: ServiceContext
    tenants: FleetTenants
    encryption_key: bytes


def at_store(
    data: Path | None,
    config: Path | None,
    work: Callable[[Opened], Awaitable[Result]],
    source: str | None = None,
    *,
    existing: bool = False,
) -> Result:
    """Do work at the store that the settings name; what they or the store refuse is a message and exit code 1.

    `existing`: the work is about what is there, and no store is made for it.
    """
    settings = read_settings(config, data=data)
    configure_logging(settings.log_format, settings.log_level)

    async def run() -> Result:
        tenants = fleet_tenants(settings, source)
        _check_store(settings, existing=existing)
        async with open_store(settings) as database:
            opened = Opened(settings, service_context(settings, database), tenants, encryption_key(settings))
            return await work(opened)

    with refusals():
        return asyncio.run(run())


def at_database(
    data: Path | None,
    config: Path | None,
    work: Callable[[Database], Awaitable[Result]],
    *,
    existing: bool = False,
) -> Result:
    """As at_store, at the database alone, whatever the sources are."""
    settings = read_settings(config, data=data)

    async def run() -> Result:
        _check_store(settings, existing=existing)
        async with open_store(settings) as database:
            return await work(database)

    with refusals():
        return asyncio.run(run())


def _check_store(settings: Settings, *, existing: bool) -> None:
    """Raise NotUsable where there must be a database, and the data directory, perhaps a misspelt one, has none."""
    if existing and settings.database_url is None and not has_database(settings.data):
        raise NotUsable(f"the data directory {settings.data} has no database: name another with --data or GATEWAY_DATA")
