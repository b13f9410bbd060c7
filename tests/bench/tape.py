"""What the two services answer about a fleet, recorded from the embedded ones in the bytes that travel."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from gateway.app.services import make_services
from gateway.app.store import open_store, service_context
from gateway.model.tenant import Tenant
from gateway.services.embedded import EmbeddedService
from gateway.wire.protocols import PROTOCOLS
from tests.bench.fleets import ALEXA, ONE_CLICK, Fleet

EVENTS_EACH = 5
"""The newest of each device: whoever asks gets no more to read than fanout50 is about."""
PERIOD = timedelta(days=30)

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tape:
    """Items as they stand in answers: devices in the order of lists, events by device (an id, an ARN), tags by ARN.

    Events of 1-Click are oldest first, those of Alexa for Business newest first, as the services tell them.
    """

    buttons: list[Item]
    clicks: dict[str, list[Item]]
    echoes: list[Item]
    connections: dict[str, list[Item]]
    tags: dict[str, list[Item]]

    def write(self, path: Path) -> None:
        path.write_bytes(orjson.dumps(asdict(self)))


def read_tape(path: Path) -> Tape:
    return Tape(**orjson.loads(path.read_bytes()))


async def record(fleet: Fleet) -> Tape:
    async with open_store(fleet.settings) as database:
        services = make_services(service_context(fleet.settings, database))
        buttons = await _items(services.one_click, ONE_CLICK, "ListDevices", "devices", 250)
        echoes = await _items(services.alexa, ALEXA, "SearchDevices", "Devices", 50)
        arns = [echo["DeviceArn"] for echo in echoes]
        return Tape(
            buttons,
            {button["deviceId"]: await _clicks(services.one_click, button["deviceId"]) for button in buttons},
            echoes,
            {arn: await _newest(services.alexa, arn) for arn in arns},
            {arn: (await _answer(services.alexa, ALEXA, "ListTags", {"Arn": arn}))["Tags"] for arn in arns},
        )


async def _clicks(service: EmbeddedService, device: str) -> list[Item]:
    now = datetime.now(UTC)
    window = {"DeviceId": device, "FromTimeStamp": now - PERIOD, "ToTimeStamp": now, "MaxResults": 250}
    answer = await _answer(service, ONE_CLICK, "ListDeviceEvents", window)
    return list(answer["events"][-EVENTS_EACH:])


async def _newest(service: EmbeddedService, arn: str) -> list[Item]:
    asked = {"DeviceArn": arn, "MaxResults": EVENTS_EACH}
    return list((await _answer(service, ALEXA, "ListDeviceEvents", asked))["DeviceEvents"])


async def _items(service: EmbeddedService, tenant: Tenant, operation: str, member: str, page: int) -> list[Item]:
    items: list[Item] = []
    follow: Item = {}
    while True:
        answer = await _answer(service, tenant, operation, {"MaxResults": page, **follow})
        items += answer[member]
        token = answer.get("nextToken") or answer.get("NextToken")
        if not token:
            return items
        follow = {"NextToken": token}


async def _answer(service: EmbeddedService, tenant: Tenant, operation: str, params: Item) -> Item:
    output = await service.call(tenant, operation, params)
    protocol = PROTOCOLS[service.model.protocol]
    body = protocol.serialize_response(service.model.operations[operation], output).body
    answer: Item = orjson.loads(body)
    return answer


def joined(member: str, items: Sequence[bytes], more: bytes = b"") -> bytes:
    """A JSON answer of items that are JSON already."""
    return b'{"' + member.encode() + b'":[' + b",".join(items) + b"]" + more + b"}"
