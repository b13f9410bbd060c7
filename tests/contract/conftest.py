from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.model.seal import Sealer
from gateway.services.context import ServiceContext
from gateway.store.sqlite import SqliteDatabase
from tests.aws_environment import set_aws_environment
from tests.clock import Clock
from tests.contract.embedded import Embedded, Upstreams, embedded_services, in_process, over_http
from tests.sources.aws.proxy import forward_proxy


@pytest.fixture(autouse=True)
def aws_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_aws_environment(monkeypatch, tmp_path)


@pytest.fixture
def embedded(sqlite_database: SqliteDatabase, clock: Clock) -> Embedded:
    """Both embedded services over an empty store."""
    return embedded_services(ServiceContext(sqlite_database, clock, Sealer(bytes(32))))


PROXIED = "aioboto3 through a proxy"


@pytest_asyncio.fixture(params=["in process", "signed HTTP", PROXIED])
async def upstreams(
    request: pytest.FixtureRequest, embedded: Embedded, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Upstreams]:
    """Each test that asks for it runs three times: straight into the embedded services, by two roads to a socket."""
    if request.param == "in process":
        yield in_process(embedded)
        return
    async with _remote(request.param, embedded, monkeypatch) as remote:
        yield remote


@pytest_asyncio.fixture(params=["signed HTTP", PROXIED])
async def both(
    request: pytest.FixtureRequest, embedded: Embedded, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Upstreams, Upstreams]]:
    """Two ways to the same services at once: in process, and by each of the roads to a socket."""
    async with _remote(request.param, embedded, monkeypatch) as remote:
        yield in_process(embedded), remote


@asynccontextmanager
async def _remote(road: str, embedded: Embedded, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Upstreams]:
    async with AsyncExitStack() as stack:
        if road == PROXIED:
            monkeypatch.setenv("HTTP_PROXY", (await stack.enter_async_context(forward_proxy())).url)
        yield await stack.enter_async_context(over_http(embedded))
