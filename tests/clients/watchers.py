"""Clients of a live fleet whose connections and servers do not last, and the writers of what they watch."""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import TypeAlias

import httpx
from sqlalchemy import Connection, select
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from gateway.app.services import make_services
from gateway.app.store import open_store, service_context
from gateway.model.rfc3339 import read_time
from gateway.model.tenant import Tenant
from gateway.services.context import ServiceContext
from gateway.services.device_secrets import issue_button_secret
from gateway.services.ingest import ClickType, report_click
from gateway.settings.settings import Settings
from gateway.settings.source import EMBEDDED_ACCOUNT
from gateway.store.claim_codes import add_claim_code
from gateway.store.database import Database
from gateway.store.one_click_devices import register_device
from gateway.store.tables import changes
from gateway.store.times import milliseconds

TENANT = Tenant(EMBEDDED_ACCOUNT, "us-west-2")
BESIDE, BY_INGEST = "G030PM0000000001", "G030PM0000000002"
DOCUMENT = """subscription ($after: String) {
  deviceEvents(after: $after) { cursor event { timestamp device { ... on OneClickDevice { deviceId } } } }
}"""
GONE = (OSError, ConnectionClosed, InvalidHandshake, TimeoutError)

Event: TypeAlias = tuple[str, int]
"""Device and time in milliseconds, which no other event has."""

Url: TypeAlias = Callable[[], str]
"""Tells a server that may be there."""


@dataclass
class Watcher:
    """A client that always comes back, with the cursor of the last payload that it got."""

    url: Url
    random: Random
    seen: list[Event] = field(default_factory=list)
    cursor: str | None = None
    connections: int = 0
    began: asyncio.Event = field(default_factory=asyncio.Event)
    refused: list[object] = field(default_factory=list)

    async def run(self) -> None:
        """Watch for ever, or until a server says something that it must not."""
        while not self.refused:
            with suppress(*GONE):
                address = self.url().replace("http:", "ws:") + "/graphql"
                # This library stops reading once 16 messages wait, and goes on stopping while it closes: the farewell
                # that the server returns at once (tests/http/websocket/test_slow_clients.py) is not found until then.
                spoken = [Subprotocol("graphql-transport-ws")]
                async with connect(address, subprotocols=spoken, close_timeout=0.1) as connection:
                    await self._watch(connection, self.random.randrange(1, 30))
            await asyncio.sleep(0.01)

    async def sees_more(self) -> None:
        """Wait until it has seen more than now, or was refused."""
        had = len(self.seen)
        while len(self.seen) == had and not self.refused:  # noqa: ASYNC110 - a client has no event for that
            await asyncio.sleep(0.01)

    async def _watch(self, connection: ClientConnection, payloads: int) -> None:
        """Take so many payloads, and leave with a farewell or without."""
        self.connections += 1
        await connection.send('{"type": "connection_init"}')
        subscribe = {"query": DOCUMENT, "variables": {"after": self.cursor}}
        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": subscribe}))
        async for text in connection:
            message = json.loads(text)
            if message["type"] == "next":
                self._take(message["payload"])
                payloads -= 1
            elif message["type"] in {"error", "complete"}:
                self.refused.append(message)
            if payloads == 0 or self.refused:
                break
        if self.random.random() < 0.5:
            connection.transport.abort()

    def _take(self, payload: dict) -> None:
        if "errors" in payload:
            self.refused.append(payload)
            return
        change = payload["data"]["deviceEvents"]
        time = read_time(change["event"]["timestamp"])
        assert time is not None
        self.seen.append((change["event"]["device"]["deviceId"], milliseconds(time)))
        self.cursor = change["cursor"]
        self.began.set()


@dataclass
class Fleet:
    """Two buttons: one is pressed beside the servers, straight into the store, the other through a server's ingest."""

    settings: Settings
    start: datetime
    secret: str

    async def press_beside(self) -> None:
        async with open_store(self.settings) as database:
            context = service_context(self.settings, database)
            for number in count():
                await report_click(context, BESIDE, ClickType.SINGLE, self._time(number))
                await asyncio.sleep(0.005)

    async def press_by_ingest(self, url: Url) -> None:
        headers = {"authorization": f"Bearer {self.secret}"}
        async with httpx.AsyncClient(headers=headers, timeout=30) as client:
            for number in count():
                time = self._time(number).isoformat(timespec="milliseconds")
                body = {"clickType": "SINGLE", "reportedTime": time}
                with suppress(httpx.TransportError):
                    await client.post(f"{url()}/ingest/one-click/{BY_INGEST}/events", json=body)
                await asyncio.sleep(0.005)

    async def logged(self) -> Sequence[Event]:
        """Every event, in the order of the log."""

        def read(connection: Connection) -> list[Event]:
            statement = select(changes.c.device, changes.c.event_time).where(changes.c.kind == "EVENT")
            return [tuple(row) for row in connection.execute(statement.order_by(changes.c.sequence))]

        async with open_store(self.settings) as database:
            return await database.read(read)

    def _time(self, number: int) -> datetime:
        return self.start + timedelta(milliseconds=number)


async def make_fleet(settings: Settings) -> Fleet:
    async with open_store(settings) as database:
        context = service_context(settings, database)
        await _claim(database, context)
        secret = await issue_button_secret(context, BY_INGEST)
    return Fleet(settings, datetime.now(UTC).replace(microsecond=0) - timedelta(days=1), secret)


async def _claim(database: Database, context: ServiceContext) -> None:
    code = "C-0123456789"
    await database.write(
        lambda connection: (
            add_claim_code(connection, code, 0),
            [register_device(connection, one, "button", code) for one in (BESIDE, BY_INGEST)],
        )
    )
    service = make_services(context).one_click
    await service.call(TENANT, "ClaimDevicesByClaimCode", {"ClaimCode": code})
    for one in (BESIDE, BY_INGEST):
        await service.call(TENANT, "UpdateDeviceState", {"DeviceId": one, "Enabled": True})
