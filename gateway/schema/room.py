import strawberry

from gateway.model import device, room
from gateway.model.filter import DeviceFilter
from gateway.schema.connection import DeviceConnection, device_connection, total_count
from gateway.schema.context import Info
from gateway.schema.cost import COUNT, FREE, PAGE, SOURCES, UPSTREAM_READ
from gateway.schema.node import Node
from gateway.schema.page_info import PageInfo, cursor, page_info, unavailable_sources
from gateway.schema.permissions import DEVICES_READ
from gateway.schema.source import Source, source_of
from gateway.sources.compound import Page
from gateway.sources.fleet import SourceChoice


async def _devices(
    root: strawberry.Parent[room.Room],
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Page[device.Device]:
    inside = DeviceFilter(room_names=(root.name,), room_arn=root.arn)
    compound = info.context.fleet.devices(SourceChoice(names=(root.source,)), inside, ())
    return await device_connection(compound, info, first, after, last, before)


@strawberry.type(directives=[DEVICES_READ])
class Room(Node):
    arn: str
    name: str
    source = strawberry.field(resolver=source_of, graphql_type=Source)
    devices = strawberry.field(
        resolver=_devices, graphql_type=DeviceConnection | None, directives=[PAGE, UPSTREAM_READ]
    )


@strawberry.type(directives=[FREE])
class RoomEdge:
    cursor = strawberry.field(resolver=cursor, graphql_type=str)
    node: Room


@strawberry.type
class RoomConnection:
    edges: list[RoomEdge]
    nodes: list[Room]
    page_info = strawberry.field(resolver=page_info, graphql_type=PageInfo)
    total_count = strawberry.field(resolver=total_count, graphql_type=int | None, directives=[COUNT])
    unavailable_sources = strawberry.field(
        resolver=unavailable_sources, graphql_type=list[Source], directives=[SOURCES]
    )
