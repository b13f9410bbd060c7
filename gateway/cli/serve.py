from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Annotated

import typer
import uvloop

from gateway.app.doors import open_doors
from gateway.app.gateway import open_gateway
from gateway.app.keys import encryption_key
from gateway.app.services import Services
from gateway.app.services_alone import open_services
from gateway.cli.background import background
from gateway.cli.greeting import demo_rows, door_rows, greet
from gateway.cli.listener import Listener
from gateway.cli.places import listen
from gateway.cli.refusal import read_settings, refusals
from gateway.observability.logging import configure_logging
from gateway.services.context import ServiceContext
from gateway.services.first_keys import first_access_keys
from gateway.services.fleet.demo import fill
from gateway.services.fleet.live import live
from gateway.services.fleet.tenants import fleet_tenants
from gateway.services.upkeep import upkeep
from gateway.settings.settings import Settings
from gateway.store.accounts import AccessKey

Host = Annotated[str | None, typer.Option(help="Address to listen on.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on; 0 finds one.")]
Data = Annotated[Path | None, typer.Option(help="Directory of the database and of the secret key.")]
Config = Annotated[Path | None, typer.Option(help="Settings file; else gateway.toml where it exists.")]
Demo = Annotated[bool, typer.Option("--demo", help="Fill an empty store with the demo fleet and keep it alive.")]


def serve(
    *, host: Host = None, port: Port = None, data: Data = None, config: Config = None, demo: Demo = False
) -> None:
    """Serve the graph, GraphiQL and the embedded device services.

    Example: `gateway serve --demo --port 8000`
    """
    settings = read_settings(config, host=host, port=port, data=data, demo=demo or None)
    configure_logging(settings.log_format, settings.log_level)
    with refusals():
        uvloop.run(_serve(settings))


def services(
    *, host: Host = None, port: Port = None, data: Data = None, config: Config = None, demo: Demo = False
) -> None:
    """Serve the two device services alone, for AWS SDKs and devices.

    Example: `gateway services --port 8001`
    """
    settings = read_settings(config, host=host, port=port, data=data, demo=demo or None)
    configure_logging(settings.log_format, settings.log_level)
    with refusals():
        uvloop.run(_serve_services(settings))


async def _serve(settings: Settings) -> None:
    listener = Listener()
    async with AsyncExitStack() as stack:
        places = listen(settings, open_doors(settings), stack)
        gateway = await stack.enter_async_context(open_gateway(settings, listener.stopping))
        rows = door_rows(places.urls)
        keys: Sequence[AccessKey] = ()
        if gateway.services is not None:
            keys, more = await _prepare(settings, gateway.services, stack)
            rows += more
        started = partial(greet, places.url, rows, keys)
        await listener.run(gateway.app, places.sockets, settings, started, gateway.metrics)


async def _serve_services(settings: Settings) -> None:
    listener = Listener()
    async with AsyncExitStack() as stack:
        places = listen(settings, open_doors(settings, graph=False), stack)
        alone = await stack.enter_async_context(open_services(settings))
        rows = door_rows(places.urls)
        keys, more = await _prepare(settings, alone.services, stack)
        rows += more
        started = partial(greet, places.url, rows, keys)
        await listener.run(alone.app, places.sockets, settings, started, alone.metrics)


async def _prepare(
    settings: Settings, services: Services, stack: AsyncExitStack
) -> tuple[Sequence[AccessKey], list[tuple[str, str]]]:
    """Make what a first run needs; return the access keys to show, and what else there is to tell."""
    context = services.one_click.context
    accounts = sorted({source.account for source in settings.sources if source.embedded})
    await stack.enter_async_context(background(upkeep(context, timedelta(days=settings.changes_kept))))
    if settings.demo:
        return await _prepare_demo(settings, context, stack)
    return await first_access_keys(context, encryption_key(settings), accounts), []


async def _prepare_demo(
    settings: Settings, context: ServiceContext, stack: AsyncExitStack
) -> tuple[Sequence[AccessKey], list[tuple[str, str]]]:
    tenants = fleet_tenants(settings)
    demo = await fill(context, encryption_key(settings), tenants)
    await stack.enter_async_context(background(live(context, tenants, Random())))  # noqa: S311 - no secret is made of it
    return demo.access_keys, demo_rows(demo)
