from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from gateway.app.budget import open_rates
from gateway.app.clock import now
from gateway.app.http_options import http_options_of
from gateway.app.keys import encryption_key
from gateway.app.store import open_store, service_context
from gateway.http.ingest import ingest_routes
from gateway.http.metrics import metrics_route
from gateway.http.routes import middleware
from gateway.http.service_doors import service_doors
from gateway.limits.rate import SECONDS, Rate, RateStore, RateStoreDown
from gateway.observability.metrics import Metrics, make_metrics
from gateway.services import alexa, one_click
from gateway.services.context import ServiceContext
from gateway.services.embedded import EmbeddedService
from gateway.settings.settings import Settings
from gateway.settings.source import SourceSettings
from gateway.store.accounts import find_access_key
from gateway.wire.asgi import Credentials, ServiceApp
from gateway.wire.service import load


@dataclass(frozen=True, slots=True)
class Services:
    """The embedded services, by the names that sources call them."""

    one_click: EmbeddedService
    alexa: EmbeddedService

    def of(self, source: SourceSettings) -> EmbeddedService:
        return self.one_click if source.service == "one-click" else self.alexa


@dataclass(frozen=True, slots=True)
class ServicesAlone:
    """The device services without the graph: the ASGI app, and what it is made of."""

    app: Starlette
    services: Services
    metrics: Metrics


def make_services(context: ServiceContext) -> Services:
    return Services(
        EmbeddedService(load("iot1click-devices"), one_click.OPERATIONS, one_click.PLURAL, one_click.BEYOND, context),
        EmbeddedService(load("alexaforbusiness"), alexa.OPERATIONS, alexa.PLURAL, alexa.BEYOND, context),
    )


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[ServicesAlone]:
    """Open the device services alone, at the prefixes that they have in the gateway."""
    async with AsyncExitStack() as stack:
        metrics = make_metrics()
        rates = await open_rates(settings, metrics, stack)
        database = await stack.enter_async_context(open_store(settings, serving=True))
        services = make_services(service_context(settings, database))
        options, paths = http_options_of(settings), doors_of(settings, services, rates, metrics)
        if options.metrics:
            paths.append(metrics_route(metrics))
        app = Starlette(routes=paths, middleware=middleware(options, metrics))
        app.router.redirect_slashes = False
        yield ServicesAlone(app, services, metrics)


def doors_of(settings: Settings, services: Services, rates: RateStore, metrics: Metrics) -> list[BaseRoute]:
    """The ways in that are not GraphQL: the two services for AWS SDKs, the ingest for devices."""
    context = services.one_click.context
    key = encryption_key(settings)

    async def credentials(access_key_id: str, peer: str | None) -> Credentials | None:
        found = await context.database.read(lambda connection: find_access_key(connection, key, access_key_id))
        if found is None or found.revoked or (found.demo and not _is_loopback(peer)):
            return None
        return Credentials(found.account, found.secret)

    async def admit(access_key_id: str) -> bool:
        if not settings.aws_rate:
            return True
        rate = Rate(settings.aws_rate * SECONDS, max(settings.aws_rate, 1.0))
        try:
            allowed = (await rates.take(f"aws:{access_key_id}", 1, rate)).allowed
        except RateStoreDown:
            allowed = False
        if not allowed:
            metrics.refusals("aws", "RATE_LIMITED", "aws_rate").inc()
        return allowed

    named = {"/one-click": services.one_click, "/alexa-for-business": services.alexa}
    apps = {
        prefix: ServiceApp(service.model, prefix, service.call, credentials, now, admit)
        for prefix, service in named.items()
    }
    return [*service_doors(apps), *ingest_routes(context)]


def _is_loopback(peer: str | None) -> bool:
    return peer is not None and (peer == "::1" or peer.startswith("127."))
