from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from gateway.model.seal import Sealer
from gateway.services.context import ServiceContext
from gateway.store.sqlite import SqliteDatabase
from gateway.store.tables import metadata
from tests.clock import Clock
from tests.live.following import Endpoints
from tests.schema.upstreams import both_ways
from tests.schema.watched import watched_services


@pytest_asyncio.fixture
async def endpoints(tmp_path: Path, clock: Clock) -> AsyncIterator[Endpoints]:
    """Services behind a real socket, with a store of their own."""
    store = SqliteDatabase(tmp_path / "services.db")
    await store.write(metadata.create_all)
    async with both_ways(watched_services(), tmp_path / "aws") as ways:
        context = ServiceContext(store, clock, Sealer(bytes(32)))
        ways.watched.use(context)
        yield Endpoints(ways, context)
    await store.close()
