from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from graphql import GraphQLResolveInfo
from strawberry.scalars import JSON

from gateway.model import device, event
from gateway.schema.cost import FREE
from gateway.schema.enums import ConnectionStatus
from gateway.schema.node import decided_by
from gateway.schema.page_info import PageInfo, cursor, page_info
from gateway.schema.permissions import DEVICES_READ

if TYPE_CHECKING:
    from gateway.schema.device import Device

PERCENT = 100


@strawberry.enum
class ClickType(StrEnum):
    SINGLE = "SINGLE"
    DOUBLE = "DOUBLE"
    LONG = "LONG"
    UNKNOWN = "UNKNOWN"


CLICK_TYPES: Mapping[str, ClickType] = ClickType.__members__
CONNECTION_STATUSES: Mapping[str, ConnectionStatus] = ConnectionStatus.__members__


def _type_name(of: event.DeviceEvent) -> str:
    if isinstance(of.device, device.OneClickDevice):
        return "ClickEvent" if "clickType" in of.raw["stdEvent"] else "OtherDeviceEvent"
    return "ConnectionStatusEvent" if of.type == "CONNECTION_STATUS" else "OtherDeviceEvent"


def _raw(root: strawberry.Parent[event.DeviceEvent]) -> Mapping[str, Any]:
    return root.raw


@strawberry.interface(
    description="Not a Node: no service can fetch one event. `id` is stable, for client caches. "
    "`raw` is the event as it travelled, with its StdEvent parsed.",
    directives=[DEVICES_READ],
)
class DeviceEvent:
    id: strawberry.ID
    device: Annotated["Device", strawberry.lazy("gateway.schema.device")]
    timestamp: datetime
    raw = strawberry.field(resolver=_raw, graphql_type=JSON)

    @classmethod
    @decided_by(_type_name)
    def resolve_type(cls, value: event.DeviceEvent, _info: GraphQLResolveInfo[Any], _type: Any) -> str:  # noqa: ANN401  # graphql-core's own signature
        return _type_name(value)

    @classmethod
    @decided_by(_type_name)
    def is_type_of(cls, value: object, _info: GraphQLResolveInfo[Any]) -> bool:
        return isinstance(value, event.DeviceEvent) and _type_name(value) == cls.__name__


def _click_type(root: strawberry.Parent[event.DeviceEvent]) -> ClickType:
    return CLICK_TYPES.get(root.type, ClickType.UNKNOWN)


def _remaining_life(root: strawberry.Parent[event.DeviceEvent]) -> float | None:
    """StdEvent tells percent (behaviour.md, Decisions), the graph a fraction."""
    life = root.raw["stdEvent"].get("remainingLife")
    return life / PERCENT if isinstance(life, (int, float)) else None


@strawberry.type(directives=[DEVICES_READ])
class ClickEvent(DeviceEvent):
    click_type = strawberry.field(resolver=_click_type, graphql_type=ClickType)
    remaining_life = strawberry.field(
        resolver=_remaining_life, graphql_type=float | None, description="Fraction, 0 to 1."
    )


def _connection_status(root: strawberry.Parent[event.DeviceEvent]) -> ConnectionStatus:
    return CONNECTION_STATUSES.get(root.value, ConnectionStatus.UNKNOWN)


@strawberry.type(directives=[DEVICES_READ])
class ConnectionStatusEvent(DeviceEvent):
    connection_status = strawberry.field(resolver=_connection_status, graphql_type=ConnectionStatus)


def _kind(root: strawberry.Parent[event.DeviceEvent]) -> str:
    return root.type


def _value(root: strawberry.Parent[event.DeviceEvent]) -> str | None:
    return root.value or None


@strawberry.type(description="Any event that has no type of its own.", directives=[DEVICES_READ])
class OtherDeviceEvent(DeviceEvent):
    kind = strawberry.field(resolver=_kind, graphql_type=str)
    value = strawberry.field(resolver=_value, graphql_type=str | None)


@strawberry.type(directives=[FREE])
class DeviceEventEdge:
    cursor = strawberry.field(resolver=cursor, graphql_type=str)
    node: DeviceEvent


@strawberry.type
class DeviceEventConnection:
    edges: list[DeviceEventEdge]
    nodes: list[DeviceEvent]
    page_info = strawberry.field(resolver=page_info, graphql_type=PageInfo)
