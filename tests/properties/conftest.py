from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from gateway.model.seal import Sealer
from gateway.services.context import ServiceContext
from gateway.store.postgres import PostgresDatabase
from gateway.store.sqlite import SqliteDatabase
from gateway.store.tables import metadata
from tests.clock import Clock
from tests.properties.stores import Store
from tests.schema.graph import open_graph
from tests.schema.upstreams import PLACES, both_ways
from tests.schema.watched import watched_services


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stores(tmp_path_factory: pytest.TempPathFactory, postgres_with_tables: str) -> AsyncIterator[list[Store]]:
    """SQLite, reached by both upstreams, and PostgreSQL, reached in process; each gateway has four sources."""
    directory, clock = tmp_path_factory.mktemp("properties"), Clock()
    sqlite, postgres = SqliteDatabase(directory / "gateway.db"), PostgresDatabase(postgres_with_tables)
    await sqlite.write(metadata.create_all)
    found = []
    async with AsyncExitStack() as stack:
        ways = await stack.enter_async_context(both_ways(watched_services(), directory))
        for name, database, names in (
            ("SQLite", sqlite, ["in process", "signed HTTP"]),
            ("PostgreSQL", postgres, ["in process"]),
        ):
            context = ServiceContext(database, clock, Sealer(bytes(32)))
            graphs = [await stack.enter_async_context(open_graph(ways, way, context, clock, PLACES)) for way in names]
            found.append(Store(name, database, graphs))
        yield found
    await sqlite.close()
    await postgres.close()
