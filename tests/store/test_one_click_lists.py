from collections.abc import Sequence
from functools import cmp_to_key
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import Connection

from gateway.model.device import AlexaDeviceStatus, ConnectionStatus, OneClickDevice
from gateway.model.filter import DeviceFilter, TagFilter
from gateway.model.order import DeviceOrder, DeviceOrderField
from gateway.model.query import Cut, ListQuery, Position
from gateway.model.tag import Tag
from gateway.model.tenant import Tenant
from gateway.model.text import name_key
from gateway.store.database import Database
from gateway.store.one_click_lists import DevicePage, DeviceQuery, count_devices, query_devices
from gateway.store.sqlite import SqliteDatabase
from gateway.store.tables import one_click_devices
from gateway.store.tables import tags as tags_table
from gateway.store.tags import put_tags
from tests.store.statements import statements

HERE, NEIGHBOUR = Tenant("123456789012", "us-west-2"), Tenant("210987654321", "us-west-2")
EVERYTHING: DeviceQuery = ListQuery(DeviceFilter(), (), None, None, backwards=False, limit=1000)

NAMES = st.sampled_from(
    ["", "Lobby", "lobby", "LOBBY 2", "Äther", "äther", "straße", "STRASSE", "100%", "a_b", "ﬀ", "\uffee", "😀"]
)
TYPES = st.sampled_from(["button", "sensor", "Button", "é"])
TAGS = st.dictionaries(st.sampled_from(["Name", "floor", "é"]), NAMES, max_size=3)
IDS = st.text(st.sampled_from("abAB1é😀"), min_size=1, max_size=3)
FLEET = st.dictionaries(IDS, st.tuples(TYPES, st.booleans(), TAGS), max_size=8)
ODD = st.sampled_from(["\0", "\ud800", "%", "_", "'"])
FILTERS = st.builds(
    DeviceFilter,
    types=st.none() | st.lists(TYPES | ODD, max_size=2).map(tuple),
    name_contains=st.none() | NAMES | ODD | st.sampled_from(["o", "SS", "ä"]),
    tags=st.lists(
        st.builds(
            TagFilter,
            st.sampled_from(["Name", "floor", "é", "\0"]),
            st.none() | st.lists(NAMES | ODD, max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    enabled=st.none() | st.booleans(),
)
ORDERS = st.lists(st.builds(DeviceOrder, st.sampled_from(DeviceOrderField), st.booleans()), max_size=3).map(tuple)
PROPERTY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def arn(device_id: str) -> str:
    return f"arn:aws:iot1click:us-west-2:123456789012:devices/{device_id}"


def fill(connection: Connection, fleet: dict[str, tuple[str, bool, dict[str, str]]], tenant: Tenant = HERE) -> None:
    """Claimed devices by id, each with its type, whether it is enabled, and its tags."""
    for device_id, (kind, enabled, tags) in fleet.items():
        statement = one_click_devices.insert().values(
            device_id=device_id,
            type=kind,
            account=tenant.account,
            region=tenant.region,
            arn=arn(device_id),
            enabled=enabled,
            name_key=name_key(tags.get("Name") or device_id),
        )
        connection.execute(statement)
        put_tags(connection, tenant, arn(device_id), tags)


def empty(connection: Connection) -> None:
    connection.execute(tags_table.delete())
    connection.execute(one_click_devices.delete())


def modelled(device_id: str, kind: str, enabled: bool, tags: dict[str, str]) -> OneClickDevice:  # noqa: FBT001 - a row
    as_tags = tuple(Tag(key, value) for key, value in tags.items())
    return OneClickDevice("hq", arn(device_id), device_id, kind, enabled, 1.0, {}, as_tags)


def in_order(devices: Sequence[OneClickDevice], order: Sequence[DeviceOrder]) -> list[str]:
    """As gateway.model.order says: values compare one after the other, then the ids."""

    def compare(one: OneClickDevice, other: OneClickDevice) -> int:
        for criterion in order:
            values = {
                DeviceOrderField.NAME: (name_key(one.name), name_key(other.name)),
                DeviceOrderField.TYPE: (one.type, other.type),
            }
            left, right = values.get(criterion.field, ("", ""))
            if left != right:
                return -1 if (left < right) != criterion.descending else 1
        return -1 if one.device_id < other.device_id else 1

    return [device.device_id for device in sorted(devices, key=cmp_to_key(compare))]


async def query(database: Database, asked: DeviceQuery, tenant: Tenant = HERE) -> DevicePage:
    return await database.read(lambda connection: query_devices(connection, tenant, asked))


def ids(page: DevicePage) -> list[str]:
    return [device.device_id for device in page.devices]


@PROPERTY
@given(fleet=FLEET, wanted=FILTERS, order=ORDERS)
async def test_a_filter_means_in_sql_what_it_means_in_the_model(
    database: Database, fleet: dict[str, Any], wanted: DeviceFilter, order: tuple[DeviceOrder, ...]
) -> None:
    """The same devices, in the same order, and as many as are counted; another account's are not among them."""
    await database.write(empty)
    await database.write(lambda connection: fill(connection, fleet))
    await database.write(lambda connection: fill(connection, {"neighbour": ("button", True, {})}, NEIGHBOUR))
    matching = [
        device for device in (modelled(key, *value) for key, value in fleet.items()) if wanted.matches_one_click(device)
    ]
    page = await query(database, replace(EVERYTHING, filter=wanted, order=order))

    assert ids(page) == in_order(matching, order)
    assert not page.more
    assert await database.scan(lambda connection: count_devices(connection, HERE, wanted)) == len(matching)


@PROPERTY
@given(fleet=FLEET, order=ORDERS, backwards=st.booleans(), limit=st.integers(1, 4), data=st.data())
async def test_what_comes_and_goes_between_pages_moves_nothing_else(
    database: Database,
    fleet: dict[str, Any],
    order: tuple[DeviceOrder, ...],
    *,
    backwards: bool,
    limit: int,
    data: st.DataObject,
) -> None:
    """Whoever pages through a fleet sees every device that is there all the time, once, in order, either way."""
    await database.write(empty)
    await database.write(lambda connection: fill(connection, fleet))
    staying, ever = set(fleet), set(fleet)
    seen: list[str] = []
    cut = None
    while True:
        bounds = {"high": cut} if backwards else {"low": cut}
        asked = replace(EVERYTHING, order=order, backwards=backwards, limit=limit, **bounds)  # type: ignore[arg-type]
        page = await query(database, asked)
        seen += ids(page)
        assert len(page.devices) <= limit
        assert page.more == (len(page.devices) == limit and bool(await after(database, asked, page)))
        if not page.more:
            break
        cut = Cut(page.positions[-1], after=not backwards)
        coming = data.draw(
            st.dictionaries(IDS.filter(lambda one: one not in ever), st.tuples(TYPES, st.booleans(), TAGS), max_size=2)
        )
        going = data.draw(st.sets(st.sampled_from(sorted(fleet)), max_size=1))
        staying -= going
        await database.write(
            lambda connection, gone=going: connection.execute(
                one_click_devices.delete().where(one_click_devices.c.device_id.in_(gone))
            )
        )
        ever.update(coming)
        await database.write(lambda connection, new=coming: fill(connection, new))

    always = in_order([modelled(key, *fleet[key]) for key in staying], order)
    assert len(seen) == len(set(seen))
    assert [one for one in seen if one in staying] == (always[::-1] if backwards else always)


async def after(database: Database, asked: DeviceQuery, page: DevicePage) -> list[str]:
    cut = Cut(page.positions[-1], after=not asked.backwards)
    further = replace(asked, high=cut) if asked.backwards else replace(asked, low=cut)
    return ids(await query(database, further))


@pytest.mark.parametrize("field", [*DeviceOrderField])
async def test_a_cut_between_two_devices(database: Database, field: DeviceOrderField) -> None:
    """Just before or just after an item, which need not be there any more; positions name every criterion."""
    await database.write(lambda connection: fill(connection, {one: ("button", True, {}) for one in "abcd"}))
    order = (DeviceOrder(field),)
    page = await query(database, replace(EVERYTHING, order=order))
    b, c = page.positions[1], page.positions[2]
    pages = [
        ids(await query(database, replace(EVERYTHING, order=order, low=low, high=high)))
        for low, high in [
            (Cut(b, after=True), None),
            (Cut(b, after=False), None),
            (None, Cut(b, after=True)),
            (None, Cut(b, after=False)),
            (Cut(b, after=True), Cut(c, after=True)),
            (Cut(c, after=True), Cut(b, after=False)),
        ]
    ]

    known = {DeviceOrderField.NAME: "b", DeviceOrderField.TYPE: "button"}
    assert b == Position((known.get(field),), ("b",))
    assert pages == [["c", "d"], ["b", "c", "d"], ["a", "b"], ["a"], ["c"], []]


SINGLE = [(), *((DeviceOrder(field, descending),) for field in DeviceOrderField for descending in (False, True))]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("order", SINGLE, ids=str)
async def test_a_page_is_read_from_an_index_at_any_depth(
    sqlite_database: SqliteDatabase,
    order: tuple[DeviceOrder, ...],
    *,
    backwards: bool,
) -> None:
    """By default and by each field, either way: one statement, nothing searched through, nothing sorted."""
    fleet = {f"d{number}": ("button", True, {"Name": "same"}) for number in range(9)}
    await sqlite_database.write(lambda connection: fill(connection, fleet))
    first = await query(sqlite_database, replace(EVERYTHING, order=order, limit=3, backwards=backwards))
    cut = Cut(first.positions[-1], after=not backwards)
    deep = replace(EVERYTHING, order=order, limit=3, backwards=backwards, **{"high" if backwards else "low": cut})
    with statements(sqlite_database) as done:
        await query(sqlite_database, deep)
        await query(sqlite_database, replace(EVERYTHING, order=order, limit=3, backwards=backwards))
    plans = [await plan(sqlite_database, statement) for statement in done]

    assert len(plans) == 2
    for line in [line for lines in plans for line in lines]:
        assert "TEMP B-TREE" not in line
        assert "SCAN one_click_devices" not in line
    assert any("SEARCH one_click_devices USING INDEX" in line for line in plans[0])


async def plan(database: Database, statement: str) -> list[str]:
    def explain(connection: Connection) -> list[str]:
        return [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]

    return await database.read(explain)


async def test_what_alexa_devices_are_asked_for_matches_no_button(database: Database) -> None:
    """A device that lacks the member asked about does not match."""
    await database.write(lambda connection: fill(connection, {"a": ("button", True, {})}))
    asked = [
        DeviceFilter(connection_status=ConnectionStatus.UNKNOWN),
        DeviceFilter(status=(AlexaDeviceStatus.UNKNOWN,)),
        DeviceFilter(status_details=()),
        DeviceFilter(serial_numbers=("a",)),
        DeviceFilter(room_names=("a",)),
        DeviceFilter(room_arn="a"),
        DeviceFilter(unassociated_only=True),
    ]

    assert [ids(await query(database, replace(EVERYTHING, filter=wanted))) for wanted in asked] == [[]] * len(asked)
