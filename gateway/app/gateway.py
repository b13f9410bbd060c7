from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from msgspec import Struct
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from gateway.app.aws import aws_routes
from gateway.app.budget import budget_of, mistakes_of, open_rates
from gateway.app.callers import authentication_of
from gateway.app.clock import now
from gateway.app.documents import open_trusted
from gateway.app.doors import Door, open_doors
from gateway.app.fleet import open_fleet
from gateway.app.http_options import http_options_of
from gateway.app.live import open_hub, open_live, open_subscriptions
from gateway.app.metrics import write_metrics
from gateway.app.ports import on_ports
from gateway.app.responses import open_responses
from gateway.app.services import Services, make_services
from gateway.app.store import open_store, service_context
from gateway.execution.subscribe import Subscriptions
from gateway.http.caller import CallerInfo
from gateway.http.graphiql import graphiql_routes
from gateway.http.ingest import ingest_routes
from gateway.http.metrics import metrics_route
from gateway.http.routes import routes
from gateway.loaders import LoaderBatches, Loaders
from gateway.model.page import PageLimits
from gateway.observability.metrics import Metrics, make_metrics
from gateway.schema.context import Context
from gateway.schema.schema import make_schema
from gateway.settings.settings import Settings
from gateway.sources.fleet import Fleet
from gateway.store.announcing import AnnouncingDatabase


class Gateway(Struct, frozen=True):
    """An open gateway: the ASGI app, and what it is made of. `services` is None where every source is an endpoint."""

    app: ASGIApp
    fleet: Fleet
    services: Services | None
    metrics: Metrics
    subscriptions: Subscriptions


@asynccontextmanager
async def open_gateway(settings: Settings, stopping: Callable[[], bool] = lambda: False) -> AsyncIterator[Gateway]:
    """Open all that the settings ask for, and close it after; raise NotUsable where something cannot be used."""
    async with AsyncExitStack() as stack:
        metrics = make_metrics()
        database, hub = None, None
        if settings.needs_store:
            store = await stack.enter_async_context(open_store(settings, serving=True))
            hub = await open_hub(settings, store, stack)
            database = AnnouncingDatabase(store, hub.wake)
        services = None
        if database is not None and any(source.embedded for source in settings.sources):
            services = make_services(service_context(settings, database))
        fleet = await open_fleet(settings, services, metrics, stack)

        async def ready() -> str | None:
            if stopping():
                return "shutting down"
            if database is not None:
                await database.read(lambda _: None)
            return None

        rates = await open_rates(settings, metrics, stack)
        schema, options = make_schema(federation=settings.federation), http_options_of(settings)
        trusted = await open_trusted(settings, schema, options, stack)
        mistakes = mistakes_of(settings, rates)
        authentication = authentication_of(settings, database, mistakes)
        make_context, budget = _contexts(settings, fleet, metrics), budget_of(settings, rates)
        live = None
        if hub is not None and database is not None:
            live = await open_live(settings, hub, database, fleet, stack)
        responses = await open_responses(settings, fleet, hub, metrics)
        subscriptions = await open_subscriptions(
            settings, schema, lambda caller: make_context(CallerInfo("", None, caller)), budget, live, stack
        )
        graph = routes(
            schema, make_context, ready, [], options, authentication, trusted, budget, metrics, subscriptions, responses
        )
        paths: dict[Door, Sequence[BaseRoute]] = {
            Door.GRAPH: graph,
            Door.GRAPHIQL: graphiql_routes(),
            Door.METRICS: [metrics_route(partial(write_metrics, metrics))],
        }
        if services is not None:
            paths[Door.AWS] = aws_routes(settings, services, rates, mistakes, metrics)
            paths[Door.INGEST] = ingest_routes(services.one_click.context, mistakes, metrics)
        app = on_ports(settings.port, open_doors(settings), paths, options, metrics)
        yield Gateway(app, fleet, services, metrics, subscriptions)


def _contexts(settings: Settings, fleet: Fleet, metrics: Metrics) -> Callable[[CallerInfo], Context]:
    limits = PageLimits(settings.page_size, settings.page_maximum)
    shared = LoaderBatches(metrics.loader_keys)

    def make_context(info: CallerInfo) -> Context:
        seen = fleet.confined(info.caller.sources)
        return Context(seen, Loaders(seen, metrics.loader_keys, shared), limits, now, info.caller)

    return make_context
