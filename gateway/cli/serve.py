import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack
from datetime import timedelta
from functools import partial
from typing import Any, TypeAlias

import click
import uvloop

from gateway.app.background import background
from gateway.app.demo import open_demo
from gateway.app.doors import open_doors
from gateway.app.gateway import open_gateway
from gateway.app.keys import encryption_key
from gateway.app.services import Services
from gateway.app.services_alone import open_services
from gateway.cli import options
from gateway.cli.greeting import demo_rows, door_rows, greet
from gateway.cli.listener import Listener
from gateway.cli.places import Places, listen
from gateway.cli.refusal import read_settings, refusals
from gateway.cli.workers import ALONE, Post, supervise
from gateway.observability.logging import configure_logging
from gateway.services.first_keys import first_access_keys
from gateway.services.upkeep import upkeep
from gateway.settings.settings import Settings
from gateway.store.accounts import AccessKey

Serving: TypeAlias = Callable[[Settings, Places, Post], Coroutine[None, None, None]]
"""Serves at these places until told to stop."""

_host = click.option("--host", metavar="ADDRESS", help="Address to listen on.")
_port = click.option("--port", metavar="PORT", type=int, help="Port to listen on; 0 finds one.")
_demo = click.option(
    "--demo", is_flag=True, default=None, help="Fill an empty store with the demo fleet and keep it alive."
)


@click.command(epilog="Example: gateway serve --demo --port 8000")
@_host
@_port
@options.data
@options.config
@_demo
def serve(**given: Any) -> None:  # noqa: ANN401  # each setting has a type of its own
    """Serve the graph, GraphiQL and the embedded device services."""
    _start(_serve, given, graph=True)


@click.command(epilog="Example: gateway services --port 8001")
@_host
@_port
@options.data
@options.config
@_demo
def services(**given: Any) -> None:  # noqa: ANN401  # the same
    """Serve the two device services alone, for AWS SDKs and devices."""
    _start(_serve_services, given, graph=False)


def _start(serving: Serving, given: Mapping[str, Any], *, graph: bool) -> None:
    settings = _settings(given)
    with refusals(), ExitStack() as stack:
        places = listen(settings, open_doors(settings, graph=graph), stack)
        if settings.workers > 1:
            supervise(settings.workers, partial(_work, serving, given, places))
        else:
            uvloop.run(serving(settings, places, ALONE))


def _work(serving: Serving, given: Mapping[str, Any], places: Places, post: Post) -> None:
    """Be one of several; settings are read anew, so that a worker that follows another finds what has changed."""
    try:
        settings = _settings(given)
        with refusals():
            uvloop.run(serving(settings, places, post))
    except click.exceptions.Exit as leaving:  # nobody above understands it here
        sys.exit(leaving.exit_code)


def _settings(given: Mapping[str, Any]) -> Settings:
    settings = read_settings(**given)
    configure_logging(settings.log_format, settings.log_level)
    return settings


async def _serve(settings: Settings, places: Places, post: Post) -> None:
    listener = Listener()
    async with AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(open_gateway(settings, listener.stopping))
        started = await _started(settings, gateway.services, places, post, stack)
        await listener.run(gateway.app, places.sockets, settings, partial(started, listener), gateway.metrics)


async def _serve_services(settings: Settings, places: Places, post: Post) -> None:
    listener = Listener()
    async with AsyncExitStack() as stack:
        alone = await stack.enter_async_context(open_services(settings))
        started = await _started(settings, alone.services, places, post, stack)
        await listener.run(alone.app, places.sockets, settings, partial(started, listener), alone.metrics)


async def _started(
    settings: Settings, services: Services | None, places: Places, post: Post, stack: AsyncExitStack
) -> Callable[[Listener], None]:
    """Do what is to be done before serving; return what is to be done then."""
    keys: Sequence[AccessKey] = ()
    rows = door_rows(places.urls)
    if services is not None and post.first:
        keys, more = await _prepare(settings, services, stack)
        rows += more

    def started(listener: Listener) -> None:
        if post.greets:
            greet(places.url, rows, keys)
        post.serves(listener.stop)

    return started


async def _prepare(
    settings: Settings, services: Services, stack: AsyncExitStack
) -> tuple[Sequence[AccessKey], list[tuple[str, str]]]:
    """Make what a first run needs; return the access keys to show, and what else there is to tell."""
    context = services.one_click.context
    accounts = sorted({source.account for source in settings.sources if source.embedded})
    await stack.enter_async_context(background(upkeep(context, timedelta(days=settings.changes_kept))))
    if settings.demo:
        demo = await open_demo(settings, context, stack)
        return demo.access_keys, demo_rows(demo)
    return await first_access_keys(context, encryption_key(settings), accounts), []
