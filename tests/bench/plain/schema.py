"""The part of the graph that the bench asks for."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Self, TypeAlias

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.types import Info

from tests.bench.plain.upstream import Item, Upstream

BUTTONS, ECHOES = "buttons", "echoes"
PERCENT = 100


@dataclass(frozen=True, slots=True)
class Context:
    """One request's: loaders remember what they have read."""

    upstream: Upstream
    device: DataLoader[str, Item | None]
    clicks: DataLoader[str, list[Item]]
    connections: DataLoader[str, list[Item]]

    @classmethod
    def of(cls, upstream: Upstream) -> Self:
        async def device(ids: list[str]) -> list[Item | None]:
            return [await upstream.device(one) for one in ids]

        return cls(upstream, DataLoader(device), DataLoader(upstream.clicks), DataLoader(upstream.connections))


PlainInfo: TypeAlias = Info[Context, None]

DATE_TIME = strawberry.scalar(
    name="DateTime",
    serialize=lambda time: time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
)


@strawberry.enum
class DeviceService(Enum):
    ONE_CLICK = "ONE_CLICK"
    ALEXA_FOR_BUSINESS = "ALEXA_FOR_BUSINESS"


@strawberry.type
class Tag:
    key: str
    value: str


@strawberry.type
class Room:
    name: str


@strawberry.interface
class DeviceEvent:
    id: strawberry.ID
    timestamp: datetime


@strawberry.type
class ClickEvent(DeviceEvent):
    click_type: str
    remaining_life: float | None


@strawberry.type
class ConnectionStatusEvent(DeviceEvent):
    connection_status: str


@strawberry.type
class DeviceEventConnection:
    nodes: list[DeviceEvent]


@strawberry.interface
class Device:
    id: strawberry.ID
    arn: str
    name: str
    type: str
    service: DeviceService

    @strawberry.field
    async def events(self, info: PlainInfo, first: int = 20) -> DeviceEventConnection:
        raise NotImplementedError


@strawberry.type
class OneClickDevice(Device):
    device_id: str
    enabled: bool
    remaining_life: float | None
    tags: list[Tag]

    @strawberry.field
    async def events(self, info: PlainInfo, first: int = 20) -> DeviceEventConnection:
        events = await info.context.clicks.load(self.device_id)
        return DeviceEventConnection(nodes=[_click(self.device_id, event) for event in events[:first]])


@strawberry.type
class AlexaDevice(Device):
    serial_number: str | None
    software_version: str | None
    mac_address: str | None
    status: str | None
    connection_status: str | None
    connection_status_updated_at: datetime | None
    created_at: datetime | None
    room: Room | None

    @strawberry.field
    async def events(self, info: PlainInfo, first: int = 20) -> DeviceEventConnection:
        events = await info.context.connections.load(self.arn)
        return DeviceEventConnection(nodes=[_connection(self.arn, event) for event in events[:first]])


@strawberry.type
class DeviceConnection:
    nodes: list[Device]


@strawberry.type
class Query:
    @strawberry.field
    async def devices(self, info: PlainInfo, first: int = 20) -> DeviceConnection:
        buttons, echoes = await info.context.upstream.devices(first)
        return DeviceConnection(nodes=[*map(_button, buttons), *map(_echo, echoes)])

    @strawberry.field
    async def node(self, info: PlainInfo, id: strawberry.ID) -> Device | None:  # noqa: A002  # the argument's name
        _, _, _, key = json.loads(urlsafe_b64decode(id + "=" * (-len(id) % 4)))
        device = await info.context.device.load(key)
        return None if device is None else _button(device)


def _button(raw: Item) -> OneClickDevice:
    tags = raw.get("Tags") or {}
    return OneClickDevice(
        id=_id(1, "1", BUTTONS, raw["DeviceId"]),
        arn=raw["Arn"],
        name=tags.get("Name") or raw["DeviceId"],
        type=raw["Type"],
        service=DeviceService.ONE_CLICK,
        device_id=raw["DeviceId"],
        enabled=raw["Enabled"],
        remaining_life=raw.get("RemainingLife"),
        tags=[Tag(key=key, value=value) for key, value in sorted(tags.items())],
    )


def _echo(raw: Item) -> AlexaDevice:
    info = raw.get("DeviceStatusInfo") or {}
    return AlexaDevice(
        id=_id(1, "a", ECHOES, raw["DeviceArn"]),
        arn=raw["DeviceArn"],
        name=raw.get("DeviceName") or raw.get("DeviceSerialNumber") or raw["DeviceArn"],
        type=raw["DeviceType"],
        service=DeviceService.ALEXA_FOR_BUSINESS,
        serial_number=raw.get("DeviceSerialNumber"),
        software_version=raw.get("SoftwareVersion"),
        mac_address=raw.get("MacAddress"),
        status=raw.get("DeviceStatus"),
        connection_status=info.get("ConnectionStatus"),
        connection_status_updated_at=info.get("ConnectionStatusUpdatedTime"),
        created_at=raw.get("CreatedTime"),
        room=Room(name=raw["RoomName"]) if raw.get("RoomName") else None,
    )


def _click(device_id: str, raw: Item) -> ClickEvent:
    event = json.loads(raw["StdEvent"])
    time = datetime.fromisoformat(event["reportedTime"])
    life = event.get("remainingLife")
    return ClickEvent(
        id=_id(1, "e", BUTTONS, device_id, _milliseconds(time), event["clickType"], ""),
        timestamp=time,
        click_type=event["clickType"],
        remaining_life=None if life is None else life / PERCENT,
    )


def _connection(arn: str, raw: Item) -> ConnectionStatusEvent:
    time = raw["Timestamp"]
    return ConnectionStatusEvent(
        id=_id(1, "e", ECHOES, arn, _milliseconds(time), raw["Type"], raw["Value"]),
        timestamp=time,
        connection_status=raw["Value"],
    )


def _id(*parts: Any) -> strawberry.ID:  # noqa: ANN401  # texts and numbers
    return strawberry.ID(urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("="))


def _milliseconds(time: datetime) -> int:
    return round(time.timestamp() * 1000)
