"""Rooms of Alexa for Business. Which devices are in them is kept with the devices."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from gateway.model.filter import RoomFilter
from gateway.model.tenant import Tenant
from gateway.model.text import name_key
from gateway.store.conditions import has_part
from gateway.store.dialect import insert_or_ignore
from gateway.store.kept import AnyRow
from gateway.store.owned import owned, owner_parameters, rows_by_key
from gateway.store.ranges import Page, Window, read_page
from gateway.store.sort_columns import SortColumn
from gateway.store.tables import rooms
from gateway.store.tags import delete_tags
from gateway.store.text import is_storable

NAME = SortColumn(rooms.c.name_key)
PROFILE_NAME = SortColumn(rooms.c.profile_name_key, nullable=True)
ARN = SortColumn(rooms.c.arn)


class StoredRoom(Struct, frozen=True):
    arn: str
    name: str
    description: str | None = None
    provider_calendar_id: str | None = None
    profile_arn: str | None = None
    profile_name: str | None = None


MEMBERS = len(StoredRoom.__struct_fields__)

OWNED = select(
    rooms.c.arn,
    rooms.c.name,
    rooms.c.description,
    rooms.c.provider_calendar_id,
    rooms.c.profile_arn,
    rooms.c.profile_name,
).where(owned(rooms))
"""The rooms of a tenant; `stored_room` reads a row."""


def add_room(connection: Connection, tenant: Tenant, room: StoredRoom) -> bool:
    """Return False, and change nothing, where the tenant has a room of that ARN or of that very name."""
    statement = insert_or_ignore(connection, rooms).values(
        account=tenant.account, region=tenant.region, **room_values(room)
    )
    return connection.execute(statement).rowcount == 1


def room_values(room: StoredRoom) -> dict[str, str | None]:
    """The columns of a room but its owner."""
    return {
        "arn": room.arn,
        "name": room.name,
        "name_key": name_key(room.name),
        "description": room.description,
        "provider_calendar_id": room.provider_calendar_id,
        "profile_arn": room.profile_arn,
        "profile_name": room.profile_name,
        "profile_name_key": None if room.profile_name is None else name_key(room.profile_name),
    }


def room_by_arn(connection: Connection, tenant: Tenant, arn: str | None, *, lock: bool = False) -> StoredRoom | None:
    """Find a room; `lock` holds back every other change of it, and of who is in it, until this transaction ends."""
    if arn is None or not is_storable(arn):
        return None
    statement = OWNED.where(rooms.c.arn == arn)
    row = connection.execute(statement.with_for_update() if lock else statement, owner_parameters(tenant)).first()
    return None if row is None else stored_room(row)


def rooms_by_arn(connection: Connection, tenant: Tenant, arns: Sequence[str]) -> dict[str, StoredRoom]:
    """Those of the rooms that the tenant has."""
    found = rows_by_key(connection, OWNED, rooms.c.arn, tenant, arns)
    return {room.arn: room for room in map(stored_room, found)}


def room_by_name(connection: Connection, tenant: Tenant, name: str) -> StoredRoom | None:
    """Find a room by its very name."""
    if not is_storable(name):
        return None
    row = connection.execute(OWNED.where(rooms.c.name == name), owner_parameters(tenant)).first()
    return None if row is None else stored_room(row)


def replace_room(connection: Connection, tenant: Tenant, room: StoredRoom) -> None:
    """Give the room of that ARN these values; raise sqlalchemy.exc.IntegrityError where its name is another room's."""
    connection.execute(update(rooms).where(*_owned(tenant), rooms.c.arn == room.arn).values(**room_values(room)))


def delete_room(connection: Connection, tenant: Tenant, arn: str) -> None:
    """Delete a room with its tags, but not who is in it."""
    connection.execute(delete(rooms).where(*_owned(tenant), rooms.c.arn == arn))
    delete_tags(connection, tenant, arn)


def list_rooms(
    connection: Connection,
    tenant: Tenant,
    where: Sequence[ColumnElement[bool]],
    criteria: Sequence[SortColumn],
    window: Window,
    *,
    key: Sequence[SortColumn] = (ARN,),
) -> Page:
    """A page of rooms; `stored_room` reads a row."""
    return read_page(connection, OWNED, owner_parameters(tenant), where, criteria, key, window)


def count_rooms(connection: Connection, tenant: Tenant, where: Sequence[ColumnElement[bool]] = ()) -> int:
    return connection.execute(select(func.count()).where(*_owned(tenant), *where)).scalar_one()


def room_conditions(connection: Connection, wanted: RoomFilter) -> list[ColumnElement[bool]]:
    """What gateway.model.filter.RoomFilter.matches means."""
    part = wanted.name_contains
    return [] if part is None else [has_part(connection, rooms.c.name_key, part)]


def stored_room(row: AnyRow) -> StoredRoom:
    """Read a row of OWNED."""
    return StoredRoom(*row[:MEMBERS])


def _owned(tenant: Tenant) -> tuple[ColumnElement[bool], ...]:
    return rooms.c.account == tenant.account, rooms.c.region == tenant.region
