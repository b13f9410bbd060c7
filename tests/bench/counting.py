"""How much of its upstream an operation asks: statements of the store in process, requests over HTTP."""

import os
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Pool, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.app.gateway import open_gateway
from gateway.app.services_alone import open_services
from gateway.settings.settings import Settings
from gateway.settings.source import SourceSettings
from gateway.store.accounts import AccessKey
from tests.bench.fleets import BUTTONS, ECHOES, Fleet, fleet_settings
from tests.bench.operations import Operation
from tests.http.serving import serving
from tests.store.statements import TRANSACTION


@dataclass(frozen=True, slots=True)
class Counted:
    """A gateway whose calls upstream are counted, by operation over HTTP, by statement in process."""

    client: httpx.AsyncClient
    counter: Counter[str]

    async def ask(self, operation: Operation) -> tuple[Any, Counter[str]]:
        """The operation's data, and what it asked upstream."""
        self.counter.clear()
        headers = {"content-type": "application/json"}
        response = await self.client.post("/graphql", content=operation.body, headers=headers)
        answer = response.json()
        if response.status_code != httpx.codes.OK or "errors" in answer:
            raise AssertionError(f"{operation.name}: {response.status_code} {response.text[:500]}")
        return answer["data"], self.counter.copy()


@asynccontextmanager
async def counted_in_process(fleet: Fleet) -> AsyncIterator[Counted]:
    """A gateway over the fleet's store; what is counted are the statements of SQL, without those around them."""
    counter: Counter[str] = Counter()

    def count(statement: str) -> None:
        if not statement.startswith(TRANSACTION):
            counter[statement] += 1

    def connected(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.set_trace_callback(count)

    event.listen(Pool, "connect", connected)
    try:
        async with open_gateway(fleet.settings) as gateway, _client(gateway.app) as client:
            yield Counted(client, counter)
    finally:
        event.remove(Pool, "connect", connected)


@asynccontextmanager
async def counted_over_http(fleet: Fleet, directory: Path) -> AsyncIterator[Counted]:
    """A gateway in `directory` over the fleet's services, which are on a socket; every request to them is counted.

    The environment must hold `aws_environment` of the fleet's key.
    """
    counter: Counter[str] = Counter()
    async with (
        open_services(fleet.settings) as alone,
        serving(_counted_requests(alone.app, counter)) as server,
        open_gateway(remote_settings(directory, str(server.base_url))) as gateway,
        _client(gateway.app) as client,
    ):
        yield Counted(client, counter)


def remote_settings(directory: Path, services_url: str) -> Settings:
    """The same sources over signed HTTP, from the services at that address."""
    address = services_url.rstrip("/")
    sources = (
        SourceSettings(name=BUTTONS, service="one-click", endpoint_url=f"{address}/one-click"),
        SourceSettings(name=ECHOES, service="alexa-for-business", endpoint_url=f"{address}/alexa-for-business"),
    )
    return replace(fleet_settings(directory), sources=sources)


def aws_environment(key: AccessKey, directory: Path) -> dict[str, str]:
    """All that AWS clients may see: this key, and files that are not there, whatever the machine has."""
    return {
        "AWS_ACCESS_KEY_ID": key.access_key_id,
        "AWS_SECRET_ACCESS_KEY": key.secret,
        "AWS_CONFIG_FILE": str(directory / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(directory / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def clean_environment() -> Mapping[str, str]:
    """This process's environment without what would change a gateway, an AWS client or the interpreter.

    (Told not to write bytecode, it would compile the gateway anew at each start, and never what pip has installed.)
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "GATEWAY_", "PYTHON"))}
    return {name: value for name, value in kept.items() if not name.lower().endswith("_proxy")}


def _client(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost", timeout=30)


def _counted_requests(app: ASGIApp, counter: Counter[str]) -> ASGIApp:
    async def counting(scope: Scope, receive: Receive, send: Send) -> None:
        counter[f"{scope['method']} {scope['path']}"] += 1
        await app(scope, receive, send)

    return counting
