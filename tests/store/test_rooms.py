import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from gateway.model.filter import RoomFilter
from gateway.model.query import Cut, Position
from gateway.model.room import Room
from gateway.model.tenant import Tenant
from gateway.model.text import name_key
from gateway.store.database import Database
from gateway.store.ranges import Page, Window
from gateway.store.rooms import (
    NAME,
    StoredRoom,
    add_room,
    count_rooms,
    delete_room,
    list_rooms,
    replace_room,
    room_by_arn,
    room_by_name,
    room_conditions,
    stored_room,
)

EVERY_ROOM = RoomFilter()
HERE, NEIGHBOUR = Tenant("1", "r"), Tenant("2", "r")
LOBBY = StoredRoom("arn:1", "Lobby", "By the door", "lobby@example.org", "arn:profile", "Quiet")
names = st.lists(st.sampled_from(["a", "A", "é", "e\u0301", "É", "ﬀ", "FF", "\U0001f600", "%", "_"]), unique=True)


async def read(
    database: Database, tenant: Tenant, window: Window, wanted: RoomFilter = EVERY_ROOM
) -> tuple[Page, list[str]]:
    def page(connection: Connection) -> Page:
        return list_rooms(connection, tenant, room_conditions(connection, wanted), [NAME], window)

    found = await database.read(page)
    return found, [stored_room(row).name for row in found.rows]


async def test_a_room_is_found_by_arn_and_by_name(database: Database) -> None:
    """All that was given comes back; another account has no such room."""
    added = await database.write(lambda connection: add_room(connection, HERE, LOBBY))

    for tenant, arn, name, expected in (
        (HERE, "arn:1", "Lobby", LOBBY),
        (NEIGHBOUR, "arn:1", "Lobby", None),
        (HERE, "\0", "\ud800", None),
        (HERE, None, "lobby", None),
    ):
        assert await database.read(lambda c, t=tenant, a=arn: room_by_arn(c, t, a)) == expected
        assert await database.read(lambda c, t=tenant, n=name: room_by_name(c, t, n)) == expected
    assert added


async def test_arns_and_names_of_rooms_are_unique_in_an_account(database: Database) -> None:
    """A second room of an ARN or of the very same name changes nothing; another account has its own."""
    rooms = (
        LOBBY,
        replace(LOBBY, name="Attic"),
        replace(LOBBY, arn="arn:2"),
        replace(LOBBY, arn="arn:2", name="LOBBY"),
    )

    added = await database.write(lambda connection: [add_room(connection, HERE, room) for room in rooms])
    next_door = await database.write(lambda connection: add_room(connection, NEIGHBOUR, LOBBY))

    assert (added, next_door) == ([True, False, False, True], True)


async def test_replacing_a_room_keeps_names_unique(database: Database) -> None:
    """A name that another room has is refused, and nothing is changed."""
    attic = StoredRoom("arn:2", "Attic")
    await database.write(lambda connection: [add_room(connection, HERE, room) for room in (LOBBY, attic)])

    with pytest.raises(IntegrityError):
        await database.write(lambda connection: replace_room(connection, HERE, replace(attic, name="Lobby")))
    await database.write(lambda connection: replace_room(connection, NEIGHBOUR, replace(attic, name="Cellar")))
    assert await database.read(lambda connection: room_by_arn(connection, HERE, "arn:2")) == attic
    await database.write(lambda connection: replace_room(connection, HERE, replace(attic, name="Cellar")))
    assert (await read(database, HERE, Window(limit=5)))[1] == ["Cellar", "Lobby"]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=names, part=st.sampled_from(["", "A", "f", "É", "%", "_", "\0", "\ud800"]), number=st.integers(3, 10**9))
async def test_rooms_are_sorted_and_found_by_the_key_of_their_names(
    database: Database, names: list[str], part: str, number: int
) -> None:
    """Rooms come by name, then ARN, and the filter means what RoomFilter says."""
    tenant = Tenant(f"{number}", "r")
    rooms = [StoredRoom(f"arn:{-at % 5}:{at}", name) for at, name in enumerate(names)]
    await database.write(
        lambda connection: [delete_room(connection, tenant, f"arn:{-at % 5}:{at}") for at in range(10)]
    )
    await database.write(lambda connection: [add_room(connection, tenant, room) for room in rooms])
    wanted = RoomFilter(part)
    expected = sorted(
        (room for room in rooms if wanted.matches(Room("here", room.arn, room.name))),
        key=lambda room: (name_key(room.name), room.arn),
    )

    page, found = await read(database, tenant, Window(limit=50), wanted)
    total = await database.read(lambda connection: count_rooms(connection, tenant, room_conditions(connection, wanted)))

    assert found == [room.name for room in expected]
    assert list(page.positions) == [Position((name_key(room.name),), (room.arn,)) for room in expected]
    assert total == len(expected)


@pytest.mark.parametrize("backwards", [False, True])
async def test_pages_go_on_where_a_room_was_deleted(database: Database, *, backwards: bool) -> None:
    """What is deleted or added between two pages neither repeats nor drops another room."""
    rooms = [StoredRoom(f"arn:{name}", name) for name in "abcde"]
    await database.write(lambda connection: [add_room(connection, HERE, room) for room in rooms])
    window = Window(backwards=backwards, limit=2)
    first, names = await read(database, HERE, window)

    def change(connection: Connection) -> None:
        delete_room(connection, HERE, f"arn:{names[-1]}")
        add_room(connection, HERE, StoredRoom("arn:0", "0"))

    await database.write(change)
    cut = Cut(first.positions[-1], after=not backwards)
    rest, others = await read(
        database, HERE, replace(window, high=cut, limit=9) if backwards else replace(window, low=cut, limit=9)
    )

    assert (names, others) == ((["e", "d"], ["c", "b", "a", "0"]) if backwards else (["a", "b"], ["c", "d", "e"]))
    assert (first.more, rest.more) == (True, False)
