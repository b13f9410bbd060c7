"""Replicas over PostgreSQL and Valkey as one: the log and the keys are in the one, what callers spend in the other."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, true

from gateway.app.gateway import open_gateway
from gateway.app.keys import encryption_key
from gateway.execution.subscribe import Subscriptions
from gateway.model.caller import Scope
from gateway.services.first_keys import first_access_keys
from gateway.services.ingest import ClickType
from gateway.settings.settings import Settings
from gateway.settings.source import EMBEDDED_ACCOUNT, SourceSettings
from gateway.store.api_keys import add_api_key
from gateway.store.postgres import PostgresDatabase
from gateway.store.tables import api_keys, changes
from tests.aws_environment import set_aws_environment
from tests.http.live_gateway import EVENTS, LiveGateway, live_gateway
from tests.http.serving import serving
from tests.http.websocket.socket import Socket, opened
from tests.valkey import valkey_server

BUTTON = "G030PM0000000001"
SINGLE, DOUBLE, LONG = ClickType.SINGLE, ClickType.DOUBLE, ClickType.LONG
READ = frozenset({Scope.DEVICES_READ})


@pytest.fixture
def stores(postgres_url: str) -> Iterator[dict[str, Any]]:
    """What replicas share, as settings."""
    with valkey_server() as valkey:
        yield {
            "database_url": postgres_url,
            "rate_store_url": valkey.connection_url,
            "secret_key": "s" * 32,
            "authentication": "required",
            "rate_cost": 1,
            "rate_burst": 1000,
        }


@dataclass(frozen=True)
class Cluster:
    """Two replicas, what the first has open, and where the devices are."""

    replicas: tuple[httpx.AsyncClient, httpx.AsyncClient]
    subscriptions: Subscriptions
    devices: LiveGateway

    async def has_begun(self) -> None:
        """Wait until something is followed at the first; there is no message that tells."""
        async with asyncio.timeout(10):
            while not self.subscriptions._channels:  # noqa: ASYNC110 - see above
                await asyncio.sleep(0.001)

    async def press(self, *presses: ClickType) -> None:
        for one in presses:
            await asyncio.sleep(0.002)  # so that each has a time of its own, in milliseconds
            await self.devices.press(BUTTON, one)


@asynccontextmanager
async def embedded(directory: Path, stores: dict[str, Any]) -> AsyncIterator[Cluster]:
    async with (
        live_gateway(directory / "0", BUTTON, **stores) as first,
        live_gateway(directory / "1", **stores) as second,
    ):
        yield Cluster((first.client, second.client), first.subscriptions, first)


@asynccontextmanager
async def at_an_endpoint(directory: Path, stores: dict[str, Any]) -> AsyncIterator[Cluster]:
    """Replicas that have no devices of their own; those behind the endpoint are another gateway's."""
    async with AsyncExitStack() as stack:
        devices = await stack.enter_async_context(live_gateway(directory / "devices", BUTTON))
        key = encryption_key(Settings(data=directory / "devices"))
        [access] = await first_access_keys(devices.context, key, [EMBEDDED_ACCOUNT])
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        set_aws_environment(environment, directory)
        environment.setenv("AWS_ACCESS_KEY_ID", access.access_key_id)
        environment.setenv("AWS_SECRET_ACCESS_KEY", access.secret)
        url = f"{devices.client.base_url}/one-click"
        source = SourceSettings(name="buttons", service="one-click", endpoint_url=url)
        told = {"sources": (source,), "endpoint_poll": 0.05, **stores}
        settings = [Settings(data=directory / one, **told) for one in ("0", "1")]
        gateways = [await stack.enter_async_context(open_gateway(one)) for one in settings]
        first, second = [await stack.enter_async_context(serving(one.app)) for one in gateways]
        assert [one.services for one in gateways] == [None, None]
        yield Cluster((first, second), gateways[0].subscriptions, devices)


async def clicks(socket: Socket, count: int) -> tuple[list[ClickType], str]:
    """The next events' clicks, and the cursor of the last."""
    payloads = [(await socket.hear())["payload"]["data"]["deviceEvents"] for _ in range(count)]
    return [ClickType(one["event"]["clickType"]) for one in payloads], payloads[-1]["cursor"]


async def remaining(client: httpx.AsyncClient, key: str) -> int:
    """What the caller may still spend, after a small query."""
    headers = {"authorization": f"Bearer {key}"}
    answer = await client.post("/graphql", json={"query": '{ node(id: "") { id } }'}, headers=headers)
    return int(answer.headers["x-cost-remaining"])


@pytest.mark.parametrize("cluster_of", [embedded, at_an_endpoint])
async def test_a_client_comes_back_to_another_replica(
    tmp_path: Path,
    stores: dict[str, Any],
    cluster_of: Callable[[Path, dict[str, Any]], AbstractAsyncContextManager[Cluster]],
) -> None:
    """With the same key and the last cursor it gets what it missed, once and in order, and pays as at the first;
    keys and log are rows of one store, whether or not the devices are there too.
    """
    async with cluster_of(tmp_path, stores) as cluster:
        database = PostgresDatabase(stores["database_url"], connections=1)
        key = await database.write(lambda connection: add_api_key(connection, "phone", READ, None, 0))
        one, other = cluster.replicas
        left = [await remaining(replica, key) for replica in (one, other, one, other)]
        async with opened(one) as socket:
            await socket.init({"authorization": f"Bearer {key}"})
            await socket.subscribe("1", EVENTS)
            await cluster.has_begun()
            await cluster.press(SINGLE, DOUBLE)
            first, cursor = await clicks(socket, 2)
        await cluster.press(LONG, SINGLE)
        async with opened(other) as socket:
            await socket.init({"authorization": f"Bearer {key}"})
            await socket.subscribe("1", EVENTS, variables={"after": cursor})
            missed, _ = await clicks(socket, 2)
            await cluster.press(DOUBLE)
            then, _ = await clicks(socket, 1)
        rows = await database.read(
            lambda connection: [
                connection.execute(select(func.count()).select_from(table).where(condition)).scalar()
                for table, condition in ((api_keys, true()), (changes, changes.c.kind == "EVENT"))
            ]
        )
        await database.close()

    assert (first, missed, then) == ([SINGLE, DOUBLE], [LONG, SINGLE], [DOUBLE])
    assert left == [994, 988, 982, 976]
    assert rows == [1, 5]
