"""The whole graph behind a budget, over services that write down what reached them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
from msgspec.structs import replace
from starlette.applications import Starlette

from gateway.cache.response import ResponseCache
from gateway.execution.budget import Budget
from gateway.http.application import application
from gateway.http.auth import Authentication
from gateway.http.caller import CallerInfo
from gateway.http.options import HttpOptions
from gateway.http.routes import routes
from gateway.limits.document import DocumentLimits
from gateway.loaders import Loaders
from gateway.model.caller import ALL_SCOPES
from gateway.model.page import PageLimits
from gateway.model.seal import Sealer
from gateway.observability.exposition import registry_of
from gateway.observability.metrics import Metrics, make_metrics
from gateway.schema.context import Context
from gateway.schema.schema import make_schema
from gateway.services.context import ServiceContext
from gateway.sources.alexa import AlexaSource
from gateway.sources.fleet import Fleet
from gateway.sources.in_process import InProcessUpstream
from gateway.sources.one_click import OneClickSource
from gateway.store.api_keys import PREFIX, ApiKey
from gateway.store.claim_codes import add_claim_code
from gateway.store.one_click_devices import register_device
from gateway.store.sqlite import SqliteDatabase
from gateway.store.tables import metadata
from tests.clock import Clock
from tests.schema.upstreams import BUTTONS, ECHOES
from tests.schema.watched import Reached, Watched, watched_services

SCHEMA = make_schema()
ROOMY = DocumentLimits(aliases=1000, root_fields=1000, fields=5000)
"""For attacks that other limits would stop first."""


@dataclass(frozen=True, slots=True)
class Limited:
    app: Starlette
    watched: Watched
    context: ServiceContext
    metrics: Metrics

    async def ask(
        self, query: str, *, key: str | None = None, peer: str = "127.0.0.1", cost: bool = False, **variables: object
    ) -> httpx.Response:
        """Send one operation, by an API key or by nobody from that address."""
        body: dict[str, object] = {"query": query, "variables": variables}
        return await self.send(body | {"extensions": {"cost": True}} if cost else body, key=key, peer=peer)

    async def send(self, body: object, *, key: str | None = None, peer: str = "127.0.0.1") -> httpx.Response:
        async with self.client(peer) as client:
            headers = {} if key is None else {"x-api-key": f"{PREFIX}_{key}"}
            return await client.post("/graphql", json=body, headers=headers)

    def client(self, peer: str = "127.0.0.1") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, client=(peer, 5000))
        return httpx.AsyncClient(transport=transport, base_url="http://localhost")

    def refusals(self) -> dict[tuple[str, str], float]:
        """How many requests of the graph were refused so far, by code and limit."""
        [family] = [one for one in registry_of(self.metrics).collect() if one.name == "gateway_refusals"]
        return {
            (sample.labels["code"], sample.labels["limit"]): sample.value
            for sample in family.samples
            if sample.name.endswith("_total") and sample.labels["door"] == "graphql"
        }

    def reached(self) -> list[Reached]:
        """What reached the services since it was last asked."""
        services = self.watched.one_click, self.watched.alexa
        found = [one for service in services for one in service.reached]
        for service in services:
            service.reached.clear()
        return found

    async def everything(self) -> Mapping[str, Sequence[tuple[Any, ...]]]:
        """Every row of the store."""
        return await self.context.database.read(
            lambda connection: {
                table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
                for table in metadata.sorted_tables
            }
        )

    async def buttons(self, count: int) -> None:
        """Devices that are claimed, with a tag each."""
        ids = [f"G030PM{number:010}" for number in range(count)]
        await self.context.database.write(
            lambda connection: (
                add_claim_code(connection, "C-made", 0),
                [register_device(connection, one, "button", "C-made") for one in ids],
            )
        )
        await self.watched.one_click.service.call(BUTTONS.tenant, "ClaimDevicesByClaimCode", {"ClaimCode": "C-made"})

    async def unclaimed(self, code: str) -> None:
        await self.context.database.write(
            lambda connection: (
                add_claim_code(connection, code, 0),
                register_device(connection, f"G030PM{code[-10:]:0>10}", "button", code),
            )
        )


@asynccontextmanager
async def limited(
    folder: Path,
    budget: Budget,
    responses: ResponseCache | None = None,
    keys: Mapping[str, ApiKey] = MappingProxyType({}),
    **given: object,
) -> AsyncIterator[Limited]:
    """Open one replica. `keys` by their texts; any other may do everything. `given`: options of the front door."""
    clock, watched = Clock(), watched_services()
    database = SqliteDatabase(folder / "gateway.db")
    await database.write(metadata.create_all)
    context = ServiceContext(database, clock, Sealer(bytes(32)))
    watched.use(context)
    fleet = Fleet({"buttons": _buttons(watched), "echoes": _echoes(watched)}, Sealer(bytes(32)))

    def make_context(info: CallerInfo) -> Context:
        seen = fleet.confined(info.caller.sources)
        return Context(seen, Loaders(seen), PageLimits(), clock, info.caller)

    async def ready() -> str | None:
        return None

    async def find_key(text: str) -> ApiKey:
        name = text.removeprefix(f"{PREFIX}_")
        return keys.get(name) or ApiKey(text, text, ALL_SCOPES, None, 0, None, None)

    options, metrics = replace(HttpOptions(), **given), make_metrics()
    authentication = Authentication(required=False, api_keys=find_key, tokens=None, clock=clock)
    paths = routes(SCHEMA, make_context, ready, [], options, authentication, None, budget, metrics, responses=responses)
    try:
        yield Limited(application(paths, options, metrics), watched, context, metrics)
    finally:
        await database.close()


def _buttons(watched: Watched) -> OneClickSource:
    part = watched.one_click
    upstream = InProcessUpstream(
        BUTTONS.name, BUTTONS.tenant, part.call, part.call_beyond, part.call_many, frozenset(part.beyond)
    )
    return OneClickSource(BUTTONS.name, BUTTONS.region, upstream, 5000)


def _echoes(watched: Watched) -> AlexaSource:
    part = watched.alexa
    upstream = InProcessUpstream(
        ECHOES.name, ECHOES.tenant, part.call, part.call_beyond, part.call_many, frozenset(part.beyond)
    )
    return AlexaSource(ECHOES.name, ECHOES.region, upstream, 5000)
