from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from gateway.model import device, room
from gateway.model.page import slice_of
from gateway.schema.bounds import bounded
from gateway.schema.context import Info
from gateway.schema.cost import ATTRIBUTES, METHODS, PAGE, STATUS_DETAILS, TAGS, UPSTREAM_READ
from gateway.schema.enums import AlexaDeviceStatus, ConnectionStatus, DeviceService
from gateway.schema.event import DeviceEventConnection
from gateway.schema.node import Node
from gateway.schema.permissions import DEVICES_READ
from gateway.schema.source import Source, source_of
from gateway.schema.tag import Attribute, Tag, attributes_of, sent_tags, tags_of
from gateway.sources.event_pages import EventArguments, EventPage, EventsAsked, with_cursors

if TYPE_CHECKING:
    from gateway.schema.room import Room


def _events(
    root: strawberry.Parent[device.OneClickDevice | device.AlexaDevice],
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    from_: Annotated[datetime | None, strawberry.argument(name="from")] = None,
    to: datetime | None = None,
    types: list[str] | None = None,
) -> Awaitable[EventPage]:
    """Fifty devices of a list are asked the same: what that is, is found out once."""
    context = info.context
    loaders = context.loaders
    arguments = first, after, last, before, from_, to, None if types is None else tuple(types)
    asked = loaders.events_asked.get(arguments)
    if asked is None:
        slice_ = slice_of(first, after, last, before, context.limits)
        window = EventArguments(from_, to, bounded(types, "types"))
        asked = loaders.events_asked[arguments] = EventsAsked(window, slice_, context.clock)
    if after is not None or before is not None:
        asked = with_cursors(asked, root, context.fleet.sealer)
    return loaders.events_by_device.load((root.source, root, asked))


@strawberry.interface(description="What both services call a device.", directives=[DEVICES_READ])
class Device(Node):
    arn: str
    name: str = strawberry.field(
        description="1-Click: the value of the tag `Name`, else the device id. "
        "Alexa for Business: the device name, else the serial number."
    )
    type: str
    service: DeviceService
    source = strawberry.field(
        resolver=source_of,
        graphql_type=Source,
        description="The configured source (an account, a region, an endpoint) that the device comes from.",
    )
    tags = strawberry.field(resolver=tags_of, graphql_type=list[Tag] | None, directives=[TAGS, UPSTREAM_READ])
    events = strawberry.field(
        resolver=_events,
        graphql_type=DeviceEventConnection | None,
        description="Newest first. Without `from`, the last 30 days before the first page was asked for; `from` "
        "inclusive, `to` exclusive. `types`: the services' own words (CONNECTION_STATUS, SINGLE, …).",
        directives=[PAGE, UPSTREAM_READ],
    )


@strawberry.type
class DeviceMethod:
    device_type: str
    method_name: str


def _methods(root: strawberry.Parent[device.OneClickDevice], info: Info) -> Awaitable[Sequence[device.DeviceMethod]]:
    return info.context.loaders.methods_by_device.load((root.source, root.device_id))


@strawberry.type(directives=[DEVICES_READ])
class OneClickDevice(Device):
    tags = strawberry.field(resolver=sent_tags, graphql_type=list[Tag] | None, directives=[TAGS, UPSTREAM_READ])
    device_id: str
    enabled: bool
    remaining_life: float | None = strawberry.field(description="Fraction of life left, 0 to 1.")
    attributes = strawberry.field(resolver=attributes_of, graphql_type=list[Attribute], directives=[ATTRIBUTES])
    methods = strawberry.field(
        resolver=_methods, graphql_type=list[DeviceMethod] | None, directives=[METHODS, UPSTREAM_READ]
    )


@strawberry.type(description="`code` and `feature` are the service's own words; both lists have grown before.")
class AlexaDeviceStatusDetail:
    code: str
    feature: str | None


def _room(root: strawberry.Parent[device.AlexaDevice], info: Info) -> room.Room | Awaitable[room.Room | None] | None:
    """A list tells the room's name with the device; only without it is the room asked for."""
    if root.room_arn is None:
        return None
    if root.room_name is not None:
        return room.Room(root.source, root.room_arn, root.room_name)
    return info.context.loaders.room_by_arn.load((root.source, root.room_arn))


@strawberry.type(directives=[DEVICES_READ])
class AlexaDevice(Device):
    serial_number: str | None
    software_version: str | None
    mac_address: str | None
    status: AlexaDeviceStatus | None
    status_details: list[AlexaDeviceStatusDetail] = strawberry.field(directives=[STATUS_DETAILS])
    connection_status: ConnectionStatus | None
    connection_status_updated_at: datetime | None
    created_at: datetime | None
    room = strawberry.field(
        resolver=_room,
        graphql_type=Annotated["Room", strawberry.lazy("gateway.schema.room")] | None,
        directives=[UPSTREAM_READ],
    )
