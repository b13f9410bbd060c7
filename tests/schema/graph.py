"""The graph as clients see it: over HTTP, with the codes of its errors."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import strawberry
from starlette.applications import Starlette

from gateway.http.caller import CallerInfo
from gateway.http.options import HttpOptions
from gateway.http.routes import middleware, routes
from gateway.loaders import LoaderBatches, Loaders
from gateway.model.page import PageLimits
from gateway.model.seal import Sealer
from gateway.schema.context import Context
from gateway.schema.schema import make_schema
from gateway.services.context import ServiceContext
from gateway.sources.alexa import AlexaSource
from gateway.sources.fleet import Fleet, Source
from gateway.sources.one_click import OneClickSource
from gateway.store.tables import metadata
from tests.clock import Clock
from tests.schema.upstreams import ONE_CLICK, Place, Ways
from tests.schema.watched import Reached

SCHEMA = make_schema()
SEALER = Sealer(b"k" * 32)
PATIENCE = 60.0
"""Seconds; a busy machine is not to look like an outage."""


@dataclass(frozen=True, slots=True)
class Graph:
    """A gateway over the sources of one way, and what lies behind it. `over_aws`: the way is signed HTTP."""

    client: httpx.AsyncClient
    ways: Ways
    way: str
    context: ServiceContext
    clock: Clock

    @property
    def over_aws(self) -> bool:
        return self.way == "signed HTTP"

    async def run(self, document: str, **variables: object) -> dict[str, Any]:
        answer = await self.client.post("/graphql", json={"query": document, "variables": variables})
        body: dict[str, Any] = answer.json()
        return body

    async def data(self, document: str, **variables: object) -> dict[str, Any]:
        """What it answers, which must be without errors."""
        body = await self.run(document, **variables)
        assert "errors" not in body, body["errors"]
        data: dict[str, Any] = body["data"]
        return data

    async def refusal(self, document: str, **variables: object) -> dict[str, Any]:
        """The one error that it answers: its message, and its code and other extensions beside it."""
        body = await self.run(document, **variables)
        assert "errors" in body, body
        [error] = body["errors"]
        return {"message": error["message"], "path": error.get("path"), **error["extensions"]}

    def reached(self) -> list[Reached]:
        """What reached the services since it was last asked, sorted; the 1-Click and Alexa regions tell them apart."""
        services = self.ways.watched.one_click, self.ways.watched.alexa
        reached = sorted(one for service in services for one in service.reached)
        for service in services:
            service.reached.clear()
        return reached

    async def everything(self) -> Mapping[str, Sequence[tuple[Any, ...]]]:
        """Every row of the store."""
        return await self.context.database.read(
            lambda connection: {
                table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
                for table in metadata.sorted_tables
            }
        )

    def later(self, **by: float) -> datetime:
        self.clock.advance(timedelta(**by))
        return self.clock()


@asynccontextmanager
async def open_graph(
    ways: Ways,
    way: str,
    context: ServiceContext,
    clock: Clock,
    places: Sequence[Place],
    scan_limit: int = 5000,
    limits: PageLimits = PageLimits(),  # noqa: B008 - frozen
    schema: strawberry.Schema = SCHEMA,
) -> AsyncIterator[Graph]:
    """Open the graph over the sources in that order, on the store of the context."""
    ways.watched.use(context)
    fleet = Fleet({place.name: _source(ways, way, place, scan_limit) for place in places}, SEALER, PATIENCE)

    shared = LoaderBatches()

    def make_context(_caller: CallerInfo) -> Context:
        return Context(fleet, Loaders(fleet, shared=shared), limits, clock)

    async def ready() -> str | None:
        return None

    options = HttpOptions()
    app = Starlette(routes=routes(schema, make_context, ready, [], options), middleware=middleware(options))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield Graph(client, ways, way, context, clock)


def _source(ways: Ways, way: str, place: Place, scan_limit: int) -> Source:
    upstream = ways.by_name[way][place.name]
    kind = OneClickSource if place.service is ONE_CLICK else AlexaSource
    return kind(place.name, place.region, upstream, scan_limit)
