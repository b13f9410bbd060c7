"""PostgreSQL, too, reads every page from an index: where it need not, it neither sorts nor looks at every row."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, event, text

from gateway.model.filter import DeviceFilter
from gateway.model.order import DeviceOrder, DeviceOrderField, UserOrderField
from gateway.model.query import Cut, ListQuery, Position
from gateway.model.tenant import Tenant
from gateway.store import alexa_device_lists, one_click_lists, rooms, users
from gateway.store.alexa_devices import devices_by_arn
from gateway.store.alexa_tags import tags_of_resources
from gateway.store.events import EventRange, events_of
from gateway.store.one_click_devices import claimed_devices
from gateway.store.one_click_events import events_of_devices
from gateway.store.postgres import PostgresDatabase
from gateway.store.ranges import Window
from gateway.store.sort_columns import SortColumn

TENANT = Tenant("1", "r")
AVOIDED = ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin", "material")
Cuts: TypeAlias = tuple[Cut | None, Cut | None]
Read: TypeAlias = Callable[[Connection], object]


@contextmanager
def statements(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    seen: list[tuple[str, Any]] = []

    def record(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        seen.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", record)
    try:
        yield seen
    finally:
        event.remove(connection, "before_cursor_execute", record)


async def plans(database: PostgresDatabase, *reads: Read) -> list[str]:
    """How each is read where whatever can be avoided is: in small tables it would not be worth it."""

    def explain(connection: Connection) -> list[str]:
        for way in AVOIDED:
            connection.execute(text(f"SET LOCAL enable_{way} = off"))
        found = []
        for read in reads:
            with statements(connection) as seen:
                read(connection)
            [(statement, parameters)] = seen
            rows = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
            found.append("\n".join(row[0] for row in rows))
        return found

    return await database.read(explain)


def assert_read_from_an_index(found: list[str], table: str) -> None:
    """A sort of what the index has in order but for its last ties reads no further than the page."""
    for plan in found:
        assert "Sort  (" not in plan.replace("Incremental Sort", "")
        assert "Seq Scan" not in plan
        assert f" on {table}" in plan


def windows(order: int, key: int, *, descending: bool = False) -> list[tuple[Cuts, bool]]:
    """From the start, from a place, up to a place, and between two; either way."""
    first, last = ("y", "x") if descending and order else ("x", "y")
    low = Cut(Position((first,) * order, (first,) * key), after=True)
    high = Cut(Position((last,) * order, (last,) * key), after=False)
    cuts: list[Cuts] = [(None, None), (low, None), (None, high), (low, high)]
    return [(one, backwards) for one in cuts for backwards in (False, True)]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("field", [None, *DeviceOrderField])
async def test_pages_of_devices(
    postgres_database: PostgresDatabase, field: DeviceOrderField | None, *, descending: bool
) -> None:
    """Of both services, by default and by each field."""
    order = () if field is None else (DeviceOrder(field, descending),)
    criteria = [] if field is None else [replace(alexa_device_lists.SORTED_BY[field], descending=descending)]
    buttons = [
        ListQuery(DeviceFilter(), order, *cuts, backwards=backwards, limit=9)
        for cuts, backwards in windows(len(order), 1, descending=descending)
    ]
    echoes = [Window(*cuts, backwards, 9) for cuts, backwards in windows(len(order), 3, descending=descending)]

    one_click = await plans(
        postgres_database,
        *(lambda found, query=query: one_click_lists.query_devices(found, TENANT, query) for query in buttons),
    )
    alexa = await plans(
        postgres_database,
        *(
            lambda found, window=window: alexa_device_lists.list_devices(found, TENANT, (), criteria, window)
            for window in echoes
        ),
    )

    assert_read_from_an_index(one_click, "one_click_devices")
    assert_read_from_an_index(alexa, "alexa_devices")


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("field", [None, *UserOrderField])
async def test_pages_of_users(
    postgres_database: PostgresDatabase, field: UserOrderField | None, *, descending: bool
) -> None:
    """By default and by each field."""
    criteria = [] if field is None else [replace(users.SORTED_BY[field], descending=descending)]
    asked = [Window(*cuts, backwards, 9) for cuts, backwards in windows(len(criteria), 1, descending=descending)]
    found = await plans(
        postgres_database,
        *(lambda found, window=window: users.list_users(found, TENANT, (), criteria, window) for window in asked),
    )

    assert_read_from_an_index(found, "users")


async def test_pages_of_rooms(postgres_database: PostgresDatabase) -> None:
    """By name."""
    criteria: list[SortColumn] = [rooms.NAME]
    asked = [Window(*cuts, backwards, 9) for cuts, backwards in windows(1, 1)]
    found = await plans(
        postgres_database,
        *(lambda found, window=window: rooms.list_rooms(found, TENANT, (), criteria, window) for window in asked),
    )

    assert_read_from_an_index(found, "rooms")


async def test_events(postgres_database: PostgresDatabase) -> None:
    """Of several devices at once, newest or oldest first, from any event on."""
    place = (5, "x", "y")
    ranges = [
        EventRange("a", 0, 9, 3),
        EventRange("b", 0, 9, 3, older=place),
        EventRange("c", 0, 9, 3, newer=place, backwards=True),
        EventRange("d", 0, 9, 3, older=place, newer=place, types=("SINGLE",)),
    ]
    found = await plans(
        postgres_database,
        lambda connection: events_of(connection, TENANT, ranges),
        lambda connection: events_of_devices(connection, TENANT, ranges),
    )

    assert_read_from_an_index(found, "events")


async def test_things_by_their_keys(postgres_database: PostgresDatabase) -> None:
    """One or many, with all that comes with them."""
    for keys in (["a"], ["a", "b", "c"]):
        buttons = await plans(postgres_database, lambda found, keys=keys: claimed_devices(found, TENANT, keys))
        echoes = await plans(postgres_database, lambda found, keys=keys: devices_by_arn(found, TENANT, keys))
        tags = await plans(postgres_database, lambda found, keys=keys: tags_of_resources(found, TENANT, keys))

        assert_read_from_an_index(buttons, "one_click_devices")
        assert_read_from_an_index(echoes, "alexa_devices")
        assert_read_from_an_index(tags, "tags")
