from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from msgspec import Struct
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from gateway.app.aws import aws_routes
from gateway.app.budget import mistakes_of, open_rates
from gateway.app.doors import Door, open_doors
from gateway.app.http_options import http_options_of
from gateway.app.metrics import write_metrics
from gateway.app.ports import on_ports
from gateway.app.services import Services, make_services
from gateway.app.store import open_store, service_context
from gateway.http.ingest import ingest_routes
from gateway.http.metrics import metrics_route
from gateway.observability.metrics import Metrics, make_metrics
from gateway.settings.settings import Settings


class ServicesAlone(Struct, frozen=True):
    """The device services without the graph: the ASGI app, and what it is made of."""

    app: ASGIApp
    services: Services
    metrics: Metrics


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[ServicesAlone]:
    """Open the device services alone, at the prefixes that they have in the gateway."""
    async with AsyncExitStack() as stack:
        metrics = make_metrics()
        rates = await open_rates(settings, metrics, stack)
        database = await stack.enter_async_context(open_store(settings, serving=True))
        services = make_services(service_context(settings, database))
        mistakes = mistakes_of(settings, rates)
        routes: dict[Door, Sequence[BaseRoute]] = {
            Door.AWS: aws_routes(settings, services, rates, mistakes, metrics),
            Door.INGEST: ingest_routes(services.one_click.context, mistakes, metrics),
            Door.METRICS: [metrics_route(partial(write_metrics, metrics))],
        }
        doors, options = open_doors(settings, graph=False), http_options_of(settings)
        yield ServicesAlone(on_ports(settings.port, doors, routes, options, metrics), services, metrics)
