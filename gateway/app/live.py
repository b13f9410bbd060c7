import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager, AsyncExitStack
from datetime import timedelta

import strawberry

from gateway.app.background import background
from gateway.app.clock import now
from gateway.app.store import service_context
from gateway.execution.budget import Budget
from gateway.execution.road import Road
from gateway.execution.run import Executor
from gateway.execution.subscribe import Execution, Live, Subscriptions
from gateway.execution.viewers import StreamCounts, Viewers
from gateway.live.change import Places
from gateway.live.feeds import Feeds
from gateway.live.hub import Hub
from gateway.live.log import ChangeLog
from gateway.live.poller import Poller, PollerOptions
from gateway.live.watches import Watches
from gateway.model.caller import Caller
from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.schema.context import Context
from gateway.services.upkeep import upkeep
from gateway.settings.settings import Settings
from gateway.sources.fleet import Fleet
from gateway.store.database import Database
from gateway.store.polled import tenant_of


async def open_hub(settings: Settings, database: Database, stack: AsyncExitStack) -> Hub:
    hub = Hub(ChangeLog(database, _places(settings)), settings.changes_poll, settings.changes_in_memory)
    await stack.enter_async_context(background(hub.run()))
    if settings.database_url is not None:
        from gateway.store.notifications import listen

        await stack.enter_async_context(background(listen(settings.database_url, hub.wake)))
    return hub


async def open_live(settings: Settings, hub: Hub, database: Database, fleet: Fleet, stack: AsyncExitStack) -> Live:
    """Have the sources looked at, while they are followed, that cannot tell by themselves what happens."""
    hub.announce_to(fleet.forget)
    kept = timedelta(days=settings.changes_kept)
    late = timedelta(seconds=settings.endpoint_late)
    limits = settings.scan_limit, settings.endpoint_devices
    options = PollerOptions(settings.endpoint_poll, late, kept, secrets.token_hex(8), now, *limits)
    telling = frozenset(source.name for source in settings.sources if source.embedded)
    pollers = {
        name: Poller(fleet.fresh(name), database, options)
        for name in fleet.sources
        if name not in telling and settings.endpoint_poll
    }
    feeds = Feeds(telling, pollers, Watches(database, options), options.seconds)
    if pollers:
        await stack.enter_async_context(background(feeds.run()))
    for poller in pollers.values():
        await stack.enter_async_context(background(poller.run()))
    if not telling:
        await stack.enter_async_context(background(upkeep(service_context(settings, database), kept)))
    return Live(hub, feeds)


async def open_subscriptions(
    settings: Settings,
    schema: strawberry.Schema,
    make_context: Callable[[Caller], AbstractContextManager[Context]],
    budget: Budget,
    live: Live | None,
    stack: AsyncExitStack,
) -> Subscriptions:
    viewers = Viewers(settings.credentials_check, now)
    await stack.enter_async_context(background(viewers.run()))
    counts = StreamCounts(settings.streams, settings.most_streams_a_caller)
    execution = Execution(Executor(schema, Road(settings.executor)), make_context, budget)
    return Subscriptions(execution, live, viewers, counts, settings.stream_waiting)


def _places(settings: Settings) -> Places:
    places: dict[tuple[DeviceService, Tenant], tuple[str, ...]] = {}
    for source in sorted(settings.sources, key=lambda source: source.name):
        if source.embedded:
            place = DeviceService(source.service), Tenant(source.account, source.aws_region)
        else:
            place = DeviceService(source.service), tenant_of(source.name)
        places[place] = (*places.get(place, ()), source.name)
    return places
