from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.model.seal import Sealer
from gateway.services.context import ServiceContext
from gateway.store.sqlite import SqliteDatabase
from gateway.store.tables import metadata
from tests.clock import Clock
from tests.schema.graph import Graph, open_graph
from tests.schema.upstreams import BUTTONS, ECHOES, PLACES, Ways, both_ways
from tests.schema.watched import watched_services


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def ways(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ways]:
    """Opened once, because opening clients takes longer than most tests; each test sets its own store behind it."""
    async with both_ways(watched_services(), tmp_path_factory.mktemp("aws")) as opened:
        yield opened


@pytest.fixture(scope="module", params=["in process", "signed HTTP"])
def module_way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def module_graph(ways: Ways, module_way: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Graph]:
    """A gateway over two sources of each service, for tests that only read what the first of them has made."""
    clock = Clock()
    database = SqliteDatabase(tmp_path_factory.mktemp("store") / "gateway.db")
    await database.write(metadata.create_all)
    context = ServiceContext(database, clock, Sealer(bytes(32)))
    async with open_graph(ways, module_way, context, clock, PLACES) as opened:
        yield opened
    await database.close()


@pytest_asyncio.fixture(loop_scope="session")
async def context(tmp_path: Path, clock: Clock) -> AsyncIterator[ServiceContext]:
    database = SqliteDatabase(tmp_path / "gateway.db")
    await database.write(metadata.create_all)
    yield ServiceContext(database, clock, Sealer(bytes(32)))
    await database.close()


@pytest.fixture(params=["in process", "signed HTTP"])
def way(request: pytest.FixtureRequest) -> str:
    """Each test that asks for it runs over both upstreams."""
    return str(request.param)


@pytest_asyncio.fixture(loop_scope="session")
async def graph(ways: Ways, way: str, context: ServiceContext, clock: Clock) -> AsyncIterator[Graph]:
    """A gateway over one source of each service, buttons and echoes."""
    async with open_graph(ways, way, context, clock, [BUTTONS, ECHOES]) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def wide_graph(ways: Ways, way: str, context: ServiceContext, clock: Clock) -> AsyncIterator[Graph]:
    """A gateway over two sources of each service."""
    async with open_graph(ways, way, context, clock, PLACES) as opened:
        yield opened
