"""Served by `uvicorn tests.bench.plain.app:app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import strawberry
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.schema.config import StrawberryConfig

from tests.bench.plain.schema import (
    DATE_TIME,
    AlexaDevice,
    ClickEvent,
    ConnectionStatusEvent,
    Context,
    OneClickDevice,
    Query,
)
from tests.bench.plain.upstream import open_upstream

SCHEMA = strawberry.Schema(
    Query,
    types=[OneClickDevice, AlexaDevice, ClickEvent, ConnectionStatusEvent],
    config=StrawberryConfig(scalar_map={datetime: DATE_TIME}),
)


class PlainGraphQL(GraphQL[Context, None]):
    async def get_context(self, request: Any, response: Any) -> Context:  # noqa: ANN401  # Strawberry's own signature
        del response
        return Context.of(request.app.state.upstream)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async with open_upstream() as upstream:
        app.state.upstream = upstream
        yield


app = Starlette(routes=[Route("/graphql", PlainGraphQL(SCHEMA))], lifespan=lifespan)
