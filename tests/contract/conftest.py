from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.model.seal import Sealer
from gateway.services.context import ServiceContext
from gateway.store.sqlite import SqliteDatabase
from tests.aws_environment import set_aws_environment
from tests.clock import Clock
from tests.contract.embedded import Embedded, Upstreams, embedded_services, in_process, over_aioboto3


@pytest.fixture(autouse=True)
def aws_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_aws_environment(monkeypatch, tmp_path)


@pytest.fixture
def embedded(sqlite_database: SqliteDatabase, clock: Clock) -> Embedded:
    """Both embedded services over an empty store."""
    return embedded_services(ServiceContext(sqlite_database, clock, Sealer(bytes(32))))


@pytest_asyncio.fixture(params=["in process", "aioboto3"])
async def upstreams(request: pytest.FixtureRequest, embedded: Embedded) -> AsyncIterator[Upstreams]:
    """Each test that asks for it runs twice: straight into the embedded services, and by aioboto3 over a socket."""
    if request.param == "in process":
        yield in_process(embedded)
        return
    async with over_aioboto3(embedded) as reached:
        yield reached


@pytest_asyncio.fixture
async def both(embedded: Embedded) -> AsyncIterator[tuple[Upstreams, Upstreams]]:
    """Both ways to the same services at once: in process, by aioboto3."""
    async with over_aioboto3(embedded) as reached:
        yield in_process(embedded), reached
