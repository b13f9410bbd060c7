"""A fleet that is written to by every door at once, and what must be found of that afterwards."""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Semaphore
from typing import Any, TypeAlias

import httpx
from sqlalchemy import Connection, func, select, text

from gateway.app.keys import encryption_key
from gateway.app.services import make_services
from gateway.app.store import open_store, service_context
from gateway.model.ids import GlobalId, NodeKind
from gateway.model.tenant import Tenant
from gateway.services.device_secrets import issue_button_secret
from gateway.services.first_keys import first_access_keys
from gateway.settings.settings import Settings
from gateway.settings.source import EMBEDDED_ACCOUNT
from gateway.store.claim_codes import add_claim_code
from gateway.store.one_click_devices import arn_of, register_device
from gateway.store.tables import changes, events
from tests.clients.boto3_process import Boto3, Client

TENANT = Tenant(EMBEDDED_ACCOUNT, "us-west-2")
BUTTONS = tuple(f"G030PM{number:010}" for number in range(1, 5))
PRESSED, BY_GRAPHQL, BY_BOTO3 = BUTTONS[:2], BUTTONS[2], BUTTONS[3]
TAG_DEVICE = "mutation ($input: TagDeviceInput!) { tagDevice(input: $input) { device { id } userErrors { message } } }"
CUT_OFF = ("ConnectionClosedError", "EndpointConnectionError", "ReadTimeoutError")
"""What boto3 says when the server is gone."""

Write: TypeAlias = Callable[[str, int], None]


class ServerGoneError(Exception):
    """The server did not answer, so nobody knows whether it wrote."""


@dataclass
class Writer:
    """Writes 1, 2, 3, … to a server's address, each when the one before was acknowledged."""

    write: Write
    attempted: int = 0
    acknowledged: list[int] = field(default_factory=list)

    def run(self, url: str, acknowledged: Semaphore) -> None:
        """Write until the server is gone."""
        with suppress(ServerGoneError):
            while True:
                self.attempted += 1
                self.write(url, self.attempted)
                self.acknowledged.append(self.attempted)
                acknowledged.release()


@dataclass(frozen=True)
class WrittenFleet:
    """Four claimed and enabled buttons; `start` is when the first of them was pressed."""

    boto3: Boto3
    settings: Settings
    access_key_id: str
    secret: str
    start: datetime
    presses: Mapping[str, Writer]
    tags: Mapping[str, Writer]

    @property
    def writers(self) -> list[Writer]:
        return [*self.presses.values(), *self.tags.values()]

    def check(self, url: str) -> None:
        """Find every acknowledged write, nothing that was never attempted, and nothing halfway."""
        for device_id, writer in self.presses.items():
            found = self._presses(url, device_id)
            assert sorted(set(found)) == found
            assert set(writer.acknowledged) <= set(found) <= set(range(1, writer.attempted + 1))
        for device_id, writer in self.tags.items():
            arn = arn_of(TENANT, device_id)
            tags = self._call(url, "ListTagsForResource", {"ResourceArn": arn})["output"]["Tags"]
            assert tags.get("left") == tags.get("right")
            last = writer.acknowledged[-1] if writer.acknowledged else 0
            assert last <= int(tags.get("left", "0")) <= writer.attempted

    def check_store(self) -> None:
        """Find each event in the change log once, and the file of a SQLite database in order."""
        asyncio.run(self._check_store())

    async def _check_store(self) -> None:
        def read(connection: Connection) -> tuple[int | None, int | None, object]:
            logged = select(func.count()).where(changes.c.kind == "EVENT")
            whole = connection.execute(text("PRAGMA integrity_check")) if connection.dialect.name == "sqlite" else None
            return (
                connection.execute(select(func.count()).select_from(events)).scalar(),
                connection.execute(logged).scalar(),
                whole and whole.scalar(),
            )

        async with open_store(self.settings) as database:
            stored, logged, whole = await database.read(read)
        assert stored == logged
        assert whole in (None, "ok")

    def _presses(self, url: str, device_id: str) -> list[int]:
        window = {"FromTimeStamp": self.start, "ToTimeStamp": self.start + timedelta(days=1)}
        answer = self._call(url, "ListDeviceEvents", {"DeviceId": device_id, **window}, paging={"PageSize": 250})
        std_events = (json.loads(event["StdEvent"]) for page in answer["pages"] for event in page["Events"])
        times = (datetime.fromisoformat(event["reportedTime"]) for event in std_events)
        return [(time - self.start) // timedelta(milliseconds=1) for time in times]

    def _call(self, url: str, operation: str, params: Mapping[str, Any], **options: Any) -> dict[str, Any]:  # noqa: ANN401 - httpx has a type for each
        client = Client("iot1click-devices", f"{url}/one-click", TENANT.region, self.access_key_id, self.secret)
        return self.boto3.call(client, operation, params, **options)


def written_fleet(boto3: Boto3, settings: Settings) -> WrittenFleet:
    """Make the fleet in a new store."""
    access_key_id, secret, secrets = asyncio.run(_make(settings))
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)

    def tag(url: str, number: int) -> None:
        client = Client("iot1click-devices", f"{url}/one-click", TENANT.region, access_key_id, secret)
        params = {"ResourceArn": arn_of(TENANT, BY_BOTO3), "Tags": {"left": str(number), "right": str(number)}}
        answer = boto3.call(client, "TagResource", params)
        if answer.get("failure", "").startswith(CUT_OFF):
            raise ServerGoneError
        assert answer["status"] == 204, answer

    presses = {device_id: Writer(_press(device_id, secrets[device_id], start)) for device_id in PRESSED}
    tags = {BY_GRAPHQL: Writer(_tag_by_graphql), BY_BOTO3: Writer(tag)}
    return WrittenFleet(boto3, settings, access_key_id, secret, start, presses, tags)


def _press(device_id: str, secret: str, start: datetime) -> Write:
    def press(url: str, number: int) -> None:
        time = start + timedelta(milliseconds=number)
        body = {"clickType": "SINGLE", "reportedTime": time.isoformat(timespec="milliseconds")}
        address = f"{url}/ingest/one-click/{device_id}/events"
        response = _post(address, json=body, headers={"authorization": f"Bearer {secret}"})
        assert response.status_code == 204, response.text

    return press


def _tag_by_graphql(url: str, number: int) -> None:
    tags = [{"key": key, "value": str(number)} for key in ("left", "right")]
    node_id = GlobalId(NodeKind.ONE_CLICK_DEVICE, "buttons", BY_GRAPHQL).encode()
    variables = {"input": {"id": node_id, "tags": tags}}
    answer = _post(f"{url}/graphql", json={"query": TAG_DEVICE, "variables": variables}).json()
    assert answer["data"]["tagDevice"]["userErrors"] == [], answer


def _post(url: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - of any type
    try:
        return httpx.post(url, timeout=30, **request)
    except httpx.TransportError as error:
        raise ServerGoneError from error


async def _make(settings: Settings) -> tuple[str, str, dict[str, str]]:
    code = "C-0123456789"

    def manufacture(connection: Connection) -> None:
        add_claim_code(connection, code, 0)
        for device_id in BUTTONS:
            register_device(connection, device_id, "button", code)

    async with open_store(settings) as database:
        context = service_context(settings, database)
        (key,) = await first_access_keys(context, encryption_key(settings), [EMBEDDED_ACCOUNT])
        await database.write(manufacture)
        service = make_services(context).one_click
        await service.call(TENANT, "ClaimDevicesByClaimCode", {"ClaimCode": code})
        for device_id in BUTTONS:
            await service.call(TENANT, "UpdateDeviceState", {"DeviceId": device_id, "Enabled": True})
        secrets = {device_id: await issue_button_secret(context, device_id) for device_id in PRESSED}
    return key.access_key_id, key.secret, secrets
