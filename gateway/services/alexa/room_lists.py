"""SearchRooms, and the lists of rooms beyond the wire."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from gateway.model.filter import RoomFilter
from gateway.model.query import ListQuery
from gateway.model.tenant import Tenant
from gateway.services.alexa.device_data import present
from gateway.services.alexa.model_values import room_of
from gateway.services.alexa.rooms import room_shape
from gateway.services.alexa.search import Search
from gateway.services.context import ServiceContext
from gateway.store import rooms
from gateway.store.conditions import is_one_of_keys
from gateway.store.ranges import Page, Window
from gateway.store.rooms import StoredRoom
from gateway.store.tables import rooms as columns


def room_data(room: StoredRoom) -> dict[str, Any]:
    """`RoomData` of SearchRooms."""
    return present({**room_shape(room), "ProfileName": room.profile_name})


def _items(page: Page) -> list[dict[str, Any]]:
    return [room_data(rooms.stored_room(row)) for row in page.rows]


search_rooms = Search(
    operation="SearchRooms",
    result="Rooms",
    filters={
        "RoomName": lambda names: is_one_of_keys(columns.c.name_key, names),
        "ProfileName": lambda names: is_one_of_keys(columns.c.profile_name_key, names),
    },
    sorts={"RoomName": rooms.NAME, "ProfileName": rooms.PROFILE_NAME},
    ties=(rooms.NAME,),
    arn=rooms.ARN,
    page=rooms.list_rooms,
    count=rooms.count_rooms,
    items=_items,
)


async def query_rooms(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """A page by name, then ARN: {"Query": ListQuery, "Source"} → {"Rooms", "Positions", "More"}."""
    query: ListQuery[RoomFilter, Any] = params["Query"]
    window = Window(query.low, query.high, query.backwards, query.limit)

    def read(connection: Connection) -> Page:
        where = rooms.room_conditions(connection, query.filter)
        return rooms.list_rooms(connection, tenant, where, (rooms.NAME,), window)

    run = context.database.read if query.filter.name_contains is None else context.database.scan
    page = await run(read)
    found = [room_of(params["Source"], rooms.stored_room(row)) for row in page.rows]
    return {"Rooms": found, "Positions": page.positions, "More": page.more}


async def count_matching_rooms(context: ServiceContext, tenant: Tenant, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """{"Filter": RoomFilter} → {"Count"}."""
    wanted: RoomFilter = params["Filter"]
    count = await context.database.scan(
        lambda connection: rooms.count_rooms(connection, tenant, rooms.room_conditions(connection, wanted))
    )
    return {"Count": count}
