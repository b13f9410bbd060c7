"""The composition root: settings → store → services → upstreams → sources → schema → ASGI app.

The only file that knows everything. What only some settings need (aioboto3, asyncpg) is imported when they ask for it,
because imports are most of the start-up time.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import strawberry
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from gateway.execution.budget import COST, Budget
from gateway.execution.document import Documents
from gateway.execution.manifest import BrokenManifest
from gateway.execution.run import core_schema
from gateway.execution.trusted_file import TrustedFile, open_trusted_file
from gateway.http.auth import OPEN, Authentication
from gateway.http.caller import CallerInfo
from gateway.http.graphql import MakeContext
from gateway.http.ingest import ingest_routes
from gateway.http.json_web_token import TokenOptions, TokenVerifier
from gateway.http.key_set import KeySet
from gateway.http.options import HttpOptions
from gateway.http.routes import middleware, routes
from gateway.http.service_doors import service_doors
from gateway.http.status import StatusProfile
from gateway.limits.document import DocumentLimits
from gateway.limits.rate import SECONDS, Rate, RateStore, RateStoreDown
from gateway.limits.rate_memory import MemoryRates
from gateway.loaders import Loaders
from gateway.model.page import PageLimits
from gateway.model.seal import Sealer
from gateway.model.tenant import Tenant
from gateway.schema.context import Context
from gateway.schema.cost import CLAIMS
from gateway.schema.schema import make_schema
from gateway.services import alexa, one_click
from gateway.services.context import ServiceContext
from gateway.services.embedded import EmbeddedService
from gateway.settings import NotUsable, Settings, SourceSettings
from gateway.sources.alexa import AlexaSource
from gateway.sources.fleet import Fleet, Source
from gateway.sources.in_process import InProcessUpstream
from gateway.sources.one_click import OneClickSource
from gateway.sources.probe import Probe
from gateway.sources.upstream import Upstream
from gateway.store.accounts import find_access_key
from gateway.store.api_keys import ApiKey, find_api_key
from gateway.store.data_directory import DATABASE_FILE, kept_key, make_directory, served_alone
from gateway.store.database import Database
from gateway.store.migrate import migrate
from gateway.store.sqlite import SqliteDatabase
from gateway.wire.asgi import Credentials, ServiceApp
from gateway.wire.service import load

PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class Services:
    """The embedded services, by the names that sources call them."""

    one_click: EmbeddedService
    alexa: EmbeddedService

    def of(self, source: SourceSettings) -> EmbeddedService:
        return self.one_click if source.service == "one-click" else self.alexa


@dataclass(frozen=True, slots=True)
class Gateway:
    """An open gateway: the ASGI app, and what it is made of. `services` is None where every source is an endpoint."""

    app: Starlette
    fleet: Fleet
    services: Services | None


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def open_gateway(settings: Settings, stopping: Callable[[], bool] = lambda: False) -> AsyncIterator[Gateway]:
    """Open all that the settings ask for, and close it after; raise NotUsable where something cannot be used."""
    async with AsyncExitStack() as stack:
        database = None
        if needs_store(settings):
            database = await stack.enter_async_context(open_store(settings, serving=True))
        services = None
        if database is not None and any(source.embedded for source in settings.sources):
            services = make_services(service_context(settings, database))
        fleet = await _open_fleet(settings, services, stack)

        async def ready() -> str | None:
            if stopping():
                return "shutting down"
            if database is not None:
                await database.read(lambda _: None)
            return None

        rates = await _open_rates(settings, stack)
        doors = [] if services is None else _doors(settings, services, rates)
        schema, options = make_schema(), _http_options(settings)
        trusted = await _open_trusted(settings, schema, options, stack)
        authentication = _authentication(settings, database)
        make_context = _contexts(settings, fleet)
        paths = routes(schema, make_context, ready, doors, options, authentication, trusted, _budget(settings, rates))
        app = Starlette(routes=paths, middleware=middleware(options))
        app.router.redirect_slashes = False
        yield Gateway(app, fleet, services)


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[tuple[Starlette, Services]]:
    """Open the device services alone, at the prefixes that they have in the gateway."""
    async with AsyncExitStack() as stack:
        rates = await _open_rates(settings, stack)
        database = await stack.enter_async_context(open_store(settings, serving=True))
        services = make_services(service_context(settings, database))
        app = Starlette(routes=_doors(settings, services, rates), middleware=middleware(_http_options(settings)))
        app.router.redirect_slashes = False
        yield app, services


@asynccontextmanager
async def open_store(settings: Settings, *, serving: bool = False) -> AsyncIterator[Database]:
    """Open the store in its newest form; raise NotUsable where it cannot be.

    A server takes the SQLite file for itself; commands work beside it.
    """
    with ExitStack() as held:
        if settings.database_url is None:
            make_directory(settings.data)
            if serving:
                held.enter_context(served_alone(settings.data))
        database = database_of(settings)
        try:
            await migrate(database)
            yield database
        finally:
            await database.close()


def database_of(settings: Settings) -> Database:
    """The database as it is found; whoever opens it closes it."""
    if settings.database_url is None:
        return SqliteDatabase(settings.data / DATABASE_FILE)
    from gateway.store.postgres import PostgresDatabase

    return PostgresDatabase(settings.database_url.get_secret_value())


def secret_key(settings: Settings) -> bytes:
    """The key that all others come from: the setting, else the one kept in the data directory."""
    if settings.secret_key is not None:
        return sha256(settings.secret_key.get_secret_value().encode()).digest()
    return kept_key(settings.data)


def derived_key(settings: Settings, purpose: str) -> bytes:
    """A key of its own for each purpose, so that what one of them seals means nothing to another."""
    return sha256(purpose.encode() + b"\0" + secret_key(settings)).digest()


def encryption_key(settings: Settings) -> bytes:
    return derived_key(settings, "access keys")


def service_context(settings: Settings, database: Database) -> ServiceContext:
    tokens = Sealer(derived_key(settings, "next tokens"))
    return ServiceContext(database, now, tokens, timedelta(days=settings.events_kept))


def make_services(context: ServiceContext) -> Services:
    return Services(
        EmbeddedService(load("iot1click-devices"), one_click.OPERATIONS, one_click.PLURAL, one_click.BEYOND, context),
        EmbeddedService(load("alexaforbusiness"), alexa.OPERATIONS, alexa.PLURAL, alexa.BEYOND, context),
    )


async def _open_fleet(settings: Settings, services: Services | None, stack: AsyncExitStack) -> Fleet:
    sources: dict[str, Source] = {}
    for source in settings.sources:
        upstream = await _open_upstream(source, services, stack)
        if source.service == "one-click":
            unit = PERCENT if source.remaining_life == "percent" else 1.0
            sources[source.name] = OneClickSource(source.name, source.aws_region, upstream, settings.scan_limit, unit)
        else:
            sources[source.name] = AlexaSource(source.name, source.aws_region, upstream, settings.scan_limit)
    # However many sources hang, a list has asked all of them before its deadline.
    patience = settings.deadline / (len(sources) + 1)
    return Fleet(sources, Sealer(derived_key(settings, "cursors")), patience)


async def _open_upstream(source: SourceSettings, services: Services | None, stack: AsyncExitStack) -> Upstream:
    if services is not None and source.embedded:
        service = services.of(source)
        tenant = Tenant(source.account, source.aws_region)
        beyond = frozenset(service.beyond)
        return InProcessUpstream(source.name, tenant, service.call, service.call_beyond, service.call_many, beyond)
    from gateway.sources.aws.client import open_aws

    return await stack.enter_async_context(open_aws(source))


async def probe_endpoint(source: SourceSettings) -> Probe:
    """Ask the service behind an endpoint for one device, once; raise NotUsable where the settings do not allow that."""
    from gateway.sources.aws.client import open_aws

    async with open_aws(source) as upstream:
        return await upstream.check()


def needs_store(settings: Settings) -> bool:
    """Whether anything is kept here: devices of embedded sources, or API keys."""
    return settings.authentication == "required" or any(source.embedded for source in settings.sources)


def _authentication(settings: Settings, database: Database | None) -> Authentication:
    if settings.authentication == "none" or database is None:
        return OPEN

    async def find(text: str) -> ApiKey | None:
        return await database.read(lambda connection: find_api_key(connection, text))

    return Authentication(required=True, api_keys=find, tokens=_tokens(settings), clock=now)


def _tokens(settings: Settings) -> TokenVerifier | None:
    issuer, audience = settings.token_issuer, settings.token_audience
    if issuer is None or audience is None:
        return None
    from gateway.http.issuer import published_keys

    options = TokenOptions(
        issuer,
        audience,
        settings.token_algorithms,
        timedelta(seconds=settings.token_leeway),
        settings.token_sources_claim,
    )
    return TokenVerifier(options, KeySet(lambda: published_keys(issuer, settings.token_keys_url)))


def _contexts(settings: Settings, fleet: Fleet) -> MakeContext:
    limits = PageLimits(settings.page_size, settings.page_maximum)

    @asynccontextmanager
    async def make_context(info: CallerInfo) -> AsyncIterator[Context]:
        seen = fleet.confined(info.caller.sources)
        yield Context(seen, Loaders.of(seen), limits, now, info.caller)

    return make_context


async def _open_trusted(
    settings: Settings, schema: strawberry.Schema, options: HttpOptions, stack: AsyncExitStack
) -> TrustedFile | None:
    if settings.trusted_documents is None:
        return None
    compiler = Documents(core_schema(schema), options.documents)
    file = open_trusted_file(settings.trusted_documents, compiler, settings.trusted_documents_cache)
    try:
        return await stack.enter_async_context(file)
    except BrokenManifest as error:
        raise NotUsable(f"trusted_documents names {settings.trusted_documents}: {error}") from error


def _http_options(settings: Settings) -> HttpOptions:
    return HttpOptions(
        max_body_bytes=settings.maximum_body,
        max_head_bytes=settings.maximum_headers,
        allowed_hosts=settings.allowed_hosts,
        allowed_origins=settings.allowed_origins,
        introspection=settings.open_unless_hardened(settings.introspection),
        suggestions=settings.open_unless_hardened(settings.suggestions),
        graphiql=settings.open_unless_hardened(settings.graphiql),
        plain_get=settings.open_unless_hardened(settings.plain_get),
        deadline_seconds=settings.deadline,
        limits=DocumentLimits(
            settings.maximum_document,
            settings.maximum_tokens,
            settings.maximum_depth,
            settings.maximum_aliases,
            settings.maximum_directives,
            settings.maximum_root_fields,
            settings.maximum_fields,
        ),
        max_variables_bytes=settings.maximum_variables,
        document_cache_bytes=settings.document_cache,
        persisted_bytes=settings.persisted_documents,
        trusted_only=settings.trusted_only,
        max_batch=settings.maximum_batch,
        compression=settings.compression,
        status_profile=StatusProfile(settings.status_profile),
        page_size=settings.page_size,
    )


async def _open_rates(settings: Settings, stack: AsyncExitStack) -> RateStore:
    if settings.rate_store_url is None:
        return MemoryRates()
    from gateway.limits.rate_valkey import ValkeyRates

    stand_in = MemoryRates() if settings.rate_store_down == "open" else None
    rates = ValkeyRates.of_url(settings.rate_store_url.get_secret_value(), stand_in)
    stack.push_async_callback(rates.close)
    return rates


def _budget(settings: Settings, store: RateStore) -> Budget:
    rates: dict[str, Rate] = {}
    if settings.cost_a_minute:
        rates[COST] = Rate(settings.cost_a_minute, settings.rate_burst or settings.cost_a_minute)
    if settings.claim_rate:
        rates[CLAIMS.name] = Rate(settings.claim_rate, settings.claim_rate)
    return Budget(settings.maximum_cost, rates, store, now)


def _doors(settings: Settings, services: Services, rates: RateStore) -> list[BaseRoute]:
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
            return (await rates.take(f"aws:{access_key_id}", 1, rate)).allowed
        except RateStoreDown:
            return False

    named = {"/one-click": services.one_click, "/alexa-for-business": services.alexa}
    apps = {
        prefix: ServiceApp(service.model, prefix, service.call, credentials, now, admit)
        for prefix, service in named.items()
    }
    return [*service_doors(apps), *ingest_routes(context)]


def _is_loopback(peer: str | None) -> bool:
    return peer is not None and (peer == "::1" or peer.startswith("127."))
