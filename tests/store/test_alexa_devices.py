from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, create_engine, event

from gateway.model.device import AlexaDevice, AlexaDeviceStatus, ConnectionStatus
from gateway.model.filter import DeviceFilter, TagFilter
from gateway.model.order import DeviceOrder, DeviceOrderField, device_key, device_values
from gateway.model.query import Cut, Position
from gateway.model.tenant import Tenant
from gateway.store.alexa_device_lists import KEY, SORTED_BY, count_devices, device_conditions, list_devices
from gateway.store.alexa_devices import StoredAlexaDevice, delete_device, stored_device
from gateway.store.database import Database
from gateway.store.ranges import Page, Window
from gateway.store.tables import metadata
from gateway.store.tags import tags_of
from tests.store.alexa_fleets import (
    CODES,
    NAMES,
    ROOMS,
    TAGS,
    TYPES,
    Place,
    add_fleet,
    add_places,
    fleets,
    room_arn,
)

RANDOM = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

orders = st.lists(st.builds(DeviceOrder, st.sampled_from(DeviceOrderField), st.booleans()), max_size=3).map(tuple)
tag_filters = st.sampled_from(list(TAGS)).flatmap(
    lambda key: st.builds(
        TagFilter, st.just(key), st.none() | st.lists(st.sampled_from([*TAGS[key], "\0"]), max_size=2).map(tuple)
    )
)


def some(*values: str) -> st.SearchStrategy[Any]:
    return st.lists(st.sampled_from([*values, "\ud800"]), max_size=2).map(tuple)


MEMBERS: dict[str, st.SearchStrategy[Any]] = {
    "types": some(*TYPES),
    "name_contains": st.sampled_from(["", "caf", "SS", "%", "_", "ff", "E\u0301", "\0", *NAMES]),
    "tags": st.lists(tag_filters, max_size=2).map(tuple),
    "enabled": st.just(True),
    "connection_status": st.sampled_from(ConnectionStatus),
    "status": st.lists(st.sampled_from(AlexaDeviceStatus), max_size=3).map(tuple),
    "status_details": some(*CODES),
    "serial_numbers": some("S1", "s1", "S10"),
    "room_names": some(*ROOMS, "lobby"),
    "unassociated_only": st.just(True),
}
# One or two members at a time: all of them together match nothing.
filters = st.sets(st.sampled_from(list(MEMBERS)), max_size=2).flatmap(
    lambda names: st.builds(DeviceFilter, **{name: MEMBERS[name] for name in names})
)


def as_model(stored: StoredAlexaDevice) -> AlexaDevice:
    """As the source reads what the service tells, where a word may be unknown."""
    known = set(ConnectionStatus), set(AlexaDeviceStatus)
    connection, status = stored.connection_status, stored.status
    return AlexaDevice(
        source="here",
        arn=stored.arn,
        serial_number=stored.serial_number,
        type=stored.type,
        device_name=stored.name,
        software_version=None,
        mac_address=None,
        status=None if status is None else AlexaDeviceStatus(status if status in known[1] else "UNKNOWN"),
        status_details=stored.status_details,
        connection_status=None
        if connection is None
        else ConnectionStatus(connection if connection in known[0] else "UNKNOWN"),
        connection_status_updated_at=None,
        created_at=None,
        room_arn=stored.room_arn,
        room_name=stored.room_name,
    )


def read(
    connection: Connection,
    tenant: Tenant,
    window: Window,
    order: Sequence[DeviceOrder] = (),
    where: Sequence[ColumnElement[bool]] = (),
) -> tuple[Page, list[StoredAlexaDevice]]:
    criteria = [replace(SORTED_BY[one.field], descending=one.descending) for one in order]
    page = list_devices(connection, tenant, where, criteria, window)
    return page, [stored_device(row) for row in page.rows]


def sorted_devices(devices: Sequence[StoredAlexaDevice], order: Sequence[DeviceOrder]) -> list[str]:
    """Sort as the promise says it, by the words that are stored: nulls last, ties by key."""
    keyed = [
        (tuple(_value(device, one.field) for one in order), device_key(as_model(device)), device.arn)
        for device in devices
    ]
    keyed.sort(key=lambda entry: entry[1])
    for at in reversed(range(len(order))):
        keyed.sort(key=lambda entry, at=at: entry[0][at] or "", reverse=order[at].descending)
        keyed.sort(key=lambda entry, at=at: entry[0][at] is None)
    return [arn for _, _, arn in keyed]


def _value(device: StoredAlexaDevice, field: DeviceOrderField) -> str | None:
    words = {DeviceOrderField.STATUS: device.status, DeviceOrderField.CONNECTION_STATUS: device.connection_status}
    if field in words:
        return words[field]
    (value,) = device_values(as_model(device), [DeviceOrder(field)])
    return value


@RANDOM
@given(fleet=fleets, wanted=st.lists(filters, min_size=4, max_size=8))
async def test_the_filter_means_what_the_model_says(
    database: Database, fleet: list[Place], wanted: list[DeviceFilter]
) -> None:
    """The store finds and counts exactly the devices that DeviceFilter matches, of this account only."""
    tenant = await add_fleet(database, fleet)
    for one in (*wanted, replace(wanted[0], room_arn=room_arn(1))):

        def everything(connection: Connection, one: DeviceFilter = one) -> tuple[Any, ...]:
            where = device_conditions(connection, one)
            _, all_devices = read(connection, tenant, Window(limit=100))
            _, found = read(connection, tenant, Window(limit=100), where=where)
            tags = tags_of(connection, tenant, [device.arn for device in all_devices])
            return all_devices, found, tags, count_devices(connection, tenant, where)

        devices, found, tags, number = await database.read(everything)
        expected = [
            device.arn
            for device in devices
            if one.matches_alexa(as_model(device)) and one.matches_tags(tags[device.arn])
        ]

        assert len(devices) == len(fleet)
        assert [device.arn for device in found] == expected
        assert number == len(expected)


@RANDOM
@given(fleet=fleets, late=fleets, order=orders, data=st.data())
async def test_pages_neither_repeat_nor_drop_while_devices_come_and_go(
    database: Database, fleet: list[Place], late: list[Place], order: tuple[DeviceOrder, ...], data: st.DataObject
) -> None:
    """In any order and both directions, who was there all the time is read once, in the promised order."""
    tenant = await add_fleet(database, fleet)
    _, devices = await database.read(lambda connection: read(connection, tenant, Window(limit=100)))
    expected = sorted_devices(devices, order)
    backwards, size = data.draw(st.booleans()), data.draw(st.integers(1, 5))
    leaving = data.draw(st.sets(st.sampled_from(expected), max_size=4)) if expected else set()

    page, seen = await database.read(
        lambda connection: read(connection, tenant, _window(None, size, backwards=backwards), order)
    )
    arns = [device.arn for device in seen]

    def change(connection: Connection) -> set[str]:
        for arn in leaving:
            delete_device(connection, tenant, arn, now=0)
        return set(add_places(connection, tenant, late, first=len(fleet)))

    coming = await database.write(change)
    while page.more:
        last = Cut(page.positions[-1], after=not backwards)
        page, seen = await database.read(
            lambda connection, last=last: read(connection, tenant, _window(last, size, backwards=backwards), order)
        )
        arns += [device.arn for device in seen]

    stayed = [arn for arn in (expected[::-1] if backwards else expected) if arn not in leaving]
    assert len(arns) == len(set(arns))
    assert [arn for arn in arns if arn not in coming | leaving] == stayed


@RANDOM
@given(fleet=fleets, order=orders, data=st.data())
async def test_a_page_between_two_cuts_is_a_slice(
    database: Database, fleet: list[Place], order: tuple[DeviceOrder, ...], data: st.DataObject
) -> None:
    """Two cuts, a direction and a limit give exactly that slice of the list, which is the same on every database."""
    tenant = await add_fleet(database, fleet)
    whole, devices = await database.read(lambda connection: read(connection, tenant, Window(limit=100), order))
    arns = [device.arn for device in devices]
    places = st.none() if not arns else st.none() | st.tuples(st.integers(0, len(arns) - 1), st.booleans())
    low, high, backwards = data.draw(places), data.draw(places), data.draw(st.booleans())
    limit = data.draw(st.integers(0, 4))
    cuts = [cut and Cut(whole.positions[cut[0]], after=cut[1]) for cut in (low, high)]

    page, found = await database.read(
        lambda connection: read(connection, tenant, Window(cuts[0], cuts[1], backwards, limit), order)
    )

    inside = arns[low[0] + low[1] if low else 0 : high[0] + high[1] if high else None]
    inside = inside[::-1] if backwards else inside
    assert arns == sorted_devices(devices, order)
    assert [device.arn for device in found] == inside[:limit]
    assert page.more == (len(inside) > limit)


async def test_a_position_is_the_orders_values_and_the_devices_key(database: Database) -> None:
    """A position has a value for each criterion, also for one named twice or part of the key."""
    place = Place("S1", "A1", None, "READY", None, (), None, 2, {})
    tenant = await add_fleet(database, [place])
    fields = (DeviceOrderField.NAME, DeviceOrderField.TYPE, DeviceOrderField.ROOM_NAME, DeviceOrderField.TYPE)
    order = [DeviceOrder(field) for field in (*fields, DeviceOrderField.CONNECTION_STATUS)]

    page, (device,) = await database.read(lambda connection: read(connection, tenant, Window(limit=1), order))

    expected = Position(("s1", "A1", "café", "A1", None), ("S1", "A1", device.arn))
    assert list(page.positions) == [expected]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("field", [None, *DeviceOrderField])
def test_every_order_is_read_from_an_index(
    tmp_path: Path, field: DeviceOrderField | None, *, descending: bool, backwards: bool
) -> None:
    """A page of any single field's order, wherever it begins, is neither a scan nor a sort."""
    engine = create_engine(f"sqlite:///{tmp_path / 'plans.db'}")
    metadata.create_all(engine)
    order = [] if field is None else [DeviceOrder(field, descending)]
    statements: list[tuple[str, Any]] = []

    @event.listens_for(engine, "before_cursor_execute")
    def _record(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        statements.append((statement, parameters))

    plans = []
    cut = Cut(Position(("x",) * len(order), ("x",) * len(KEY)), after=True)
    with engine.connect() as connection:
        for low, high in ((None, None), (cut, None), (None, cut)):
            read(connection, Tenant("1", "r"), Window(low, high, backwards, 10), order)
            statement, parameters = statements[-1]
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            plans.append([row[3] for row in rows])
    engine.dispose()

    for plan in plans:
        steps = [step for step in plan if "alexa_devices" in step]
        assert steps
        assert all(step.startswith("SEARCH alexa_devices USING INDEX") for step in steps)
        assert not any("TEMP B-TREE" in step for step in plan)


def _window(cut: Cut | None, limit: int, *, backwards: bool) -> Window:
    return Window(None, cut, backwards, limit) if backwards else Window(cut, None, backwards, limit)
