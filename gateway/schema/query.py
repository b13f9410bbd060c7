from collections.abc import Sequence
from typing import Annotated

import strawberry

from gateway.model import device, room, user
from gateway.model.errors import GatewayError
from gateway.model.filter import DeviceFilter, RoomFilter
from gateway.schema import filter as inputs
from gateway.schema.bounds import bounded
from gateway.schema.connection import DeviceConnection, connection, device_connection
from gateway.schema.context import Info
from gateway.schema.cost import IDS, PAGE, SEARCH, SOURCES, UPSTREAM_READ
from gateway.schema.device import Device
from gateway.schema.lookup import DeviceBy, device_by, node_by_id, nodes_by_id
from gateway.schema.node import AnyNode, Node
from gateway.schema.permissions import ANY_NODE, AUTHENTICATED, DEVICES_READ, USERS_READ
from gateway.schema.room import RoomConnection
from gateway.schema.source import Source
from gateway.schema.user import UserConnection
from gateway.sources import fleet
from gateway.sources.compound import Page
from gateway.sources.fleet import ALL_SOURCES

MOST_CRITERIA = 10
ALL_DEVICES = DeviceFilter()
SEARCHED = strawberry.argument(directives=[SEARCH])


async def _node(info: Info, id: strawberry.ID) -> AnyNode | None:  # noqa: A002  # the contract's name
    return await node_by_id(info.context, id, "id")


async def _nodes(info: Info, ids: list[strawberry.ID]) -> Sequence[AnyNode | GatewayError | None]:
    return await nodes_by_id(info.context, ids, "ids")


async def _device(info: Info, by: DeviceBy, source: str | None = None) -> device.Device | None:
    return await device_by(info.context, by, source)


async def _devices(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    filter: Annotated[inputs.DeviceFilter | None, SEARCHED] = None,  # noqa: A002  # the contract's name
    order_by: Annotated[list[inputs.DeviceOrder] | None, SEARCHED] = None,
) -> Page[device.Device]:
    choice = ALL_SOURCES if filter is None else filter.choice()
    wanted = ALL_DEVICES if filter is None else filter.model()
    order = [criterion.model() for criterion in bounded(order_by, "orderBy", MOST_CRITERIA) or ()]
    compound = info.context.fleet.devices(choice, wanted, order)
    return await device_connection(compound, info, first, after, last, before)


async def _users(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    filter: Annotated[inputs.UserFilter | None, SEARCHED] = None,  # noqa: A002  # the contract's name
    order_by: Annotated[list[inputs.UserOrder] | None, SEARCHED] = None,
) -> Page[user.User]:
    wanted = filter or inputs.UserFilter()
    order = [criterion.model() for criterion in bounded(order_by, "orderBy", MOST_CRITERIA) or ()]
    compound = info.context.fleet.users(wanted.choice(), wanted.model(), order)
    return await connection(compound, info, first, after, last, before)


async def _rooms(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    name_contains: Annotated[str | None, SEARCHED] = None,
) -> Page[room.Room]:
    compound = info.context.fleet.rooms(RoomFilter(name_contains))
    return await connection(compound, info, first, after, last, before)


def _sources(info: Info) -> Sequence[fleet.Source]:
    return tuple(info.context.fleet.sources.values())


@strawberry.type
class Query:
    node = strawberry.field(
        resolver=_node,
        graphql_type=Node | None,
        description="Malformed id: null and BAD_USER_INPUT. Well formed, but gone or not yours: null. "
        "Its source down: null and UPSTREAM_UNAVAILABLE.",
        directives=[ANY_NODE, UPSTREAM_READ],
    )
    nodes = strawberry.field(resolver=_nodes, graphql_type=list[Node | None], directives=[ANY_NODE, IDS, UPSTREAM_READ])
    device = strawberry.field(
        resolver=_device,
        graphql_type=Device | None,
        description="More than one match among several sources is BAD_USER_INPUT that names them; `source` decides.",
        directives=[UPSTREAM_READ],
    )
    devices = strawberry.field(
        resolver=_devices, graphql_type=DeviceConnection, directives=[DEVICES_READ, PAGE, UPSTREAM_READ]
    )
    users = strawberry.field(resolver=_users, graphql_type=UserConnection, directives=[USERS_READ, PAGE, UPSTREAM_READ])
    rooms = strawberry.field(
        resolver=_rooms, graphql_type=RoomConnection, directives=[DEVICES_READ, PAGE, UPSTREAM_READ]
    )
    sources = strawberry.field(resolver=_sources, graphql_type=list[Source], directives=[AUTHENTICATED, SOURCES])
