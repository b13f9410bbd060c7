from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from gateway.model.device import OneClickDevice
from gateway.model.filter import DeviceFilter, TagFilter
from gateway.model.order import DeviceOrder, DeviceOrderField
from gateway.model.query import Cut, EventQuery, ListQuery, Position
from gateway.model.seal import Sealer
from gateway.model.tag import Tag
from gateway.services.context import ServiceContext
from gateway.store.one_click_devices import arn_of
from gateway.store.one_click_lists import DeviceQuery
from gateway.store.sqlite import SqliteDatabase
from tests.clock import Clock
from tests.services.one_click.fleet import HERE, NEIGHBOUR, Fleet, asked_of, button_id, one_click_fleet
from tests.store.statements import statements

EVERYTHING: DeviceQuery = ListQuery(DeviceFilter(), (), None, None, backwards=False, limit=10)


async def three_named(fleet: Fleet) -> None:
    """Buttons 1 to 3, named c, b and a; the neighbour's 4."""
    for number, name in enumerate("cba", 1):
        arn = await fleet.claimed(device_id=button_id(number), enabled=number == 1)
        await fleet.call("TagResource", ResourceArn=arn, Tags={"Name": name})
    await fleet.claimed(NEIGHBOUR, button_id(4))


async def test_a_query_answers_devices_with_positions(fleet: Fleet) -> None:
    """What DescribeDevice says of each, as the model has it, where each stands, and whether there are more."""
    await three_named(fleet)
    by_name = ListQuery(DeviceFilter(), (DeviceOrder(DeviceOrderField.NAME),), None, None, backwards=False, limit=2)
    page = await queried(fleet, by_name)

    assert page == {
        "Devices": [
            OneClickDevice(
                "hq",
                arn_of(HERE, button_id(number)),
                button_id(number),
                "button",
                enabled=False,
                remaining_life=0.9995,
                attributes={},
                tags=(Tag("Name", name),),
            )
            for number, name in ((3, "a"), (2, "b"))
        ],
        "Positions": [Position(("a",), (button_id(3),)), Position(("b",), (button_id(2),))],
        "More": True,
    }


async def queried(fleet: Fleet, query: DeviceQuery) -> Mapping[str, Any]:
    return await fleet.service.call_beyond(HERE, "QueryDevices", {"Query": query, "Source": "hq"})


async def test_a_query_goes_on_from_a_position_either_way(fleet: Fleet) -> None:
    """Forwards from just after it, backwards from just before it, nearest first."""
    await three_named(fleet)
    order = (DeviceOrder(DeviceOrderField.NAME, descending=True),)
    middle = Position(("b",), (button_id(2),))
    queries = [
        ListQuery(DeviceFilter(), order, Cut(middle, after=True), None, backwards=False, limit=5),
        ListQuery(DeviceFilter(), order, None, Cut(middle, after=False), backwards=True, limit=5),
        ListQuery(DeviceFilter(), order, None, None, backwards=True, limit=2),
    ]
    pages = [await queried(fleet, query) for query in queries]

    told = [([device.name for device in page["Devices"]], page["More"]) for page in pages]
    assert told == [(["a"], False), (["c"], False), (["a", "b"], True)]


async def test_devices_are_counted(fleet: Fleet) -> None:
    """All of the tenant's own, or those that match."""
    await three_named(fleet)
    filters = [
        DeviceFilter(),
        DeviceFilter(enabled=True),
        DeviceFilter(name_contains="B"),
        DeviceFilter(tags=(TagFilter("Name", ("a", "c")),)),
        DeviceFilter(types=("sensor",)),
    ]
    counts = [await fleet.service.call_beyond(HERE, "CountDevices", {"Filter": wanted}) for wanted in filters]

    assert counts == [{"Count": 3}, {"Count": 1}, {"Count": 1}, {"Count": 2}, {"Count": 0}]


async def test_a_name_follows_its_tag(fleet: Fleet) -> None:
    """Setting, emptying and removing the tag `Name` moves the device in the order at once."""
    arn = await fleet.claimed()
    order = (DeviceOrder(DeviceOrderField.NAME),)

    async def name() -> str | None:
        query = ListQuery(DeviceFilter(), order, None, None, backwards=False, limit=1)
        page = await queried(fleet, query)
        value: str | None = page["Positions"][0].values[0]
        return value

    names = [await name()]
    for tags in ({"Name": "Straße"}, {"Name": ""}, {"other": "x"}, {"Name": "Lobby"}):
        await fleet.call("TagResource", ResourceArn=arn, Tags=tags)
        names.append(await name())
    await fleet.call("UntagResource", ResourceArn=arn, TagKeys=["Name"])
    names.append(await name())

    own = button_id().lower()
    assert names == [own, "strasse", own, own, "lobby", own]


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("QueryDevices", 1),
        ("DescribeDevice", 1),
        ("ListTagsForResource", 1),
        ("GetDeviceMethods", 1),
        ("QueryDeviceEvents", 1),
    ],
)
async def test_a_page_costs_the_same_however_many_devices_it_has(
    sqlite_database: SqliteDatabase, clock: Clock, operation: str, expected: int
) -> None:
    """One statement for each kind of thing, not one for each device."""
    fleet = one_click_fleet(ServiceContext(sqlite_database, clock, Sealer(bytes(32))))
    arns = [await fleet.claimed(device_id=button_id(number)) for number in range(20)]
    ids = [button_id(number) for number in range(20)]
    now = clock.now + timedelta(days=1)
    asked = {
        "DescribeDevice": [{"DeviceId": one} for one in ids],
        "GetDeviceMethods": [{"DeviceId": one} for one in ids],
        "ListTagsForResource": [{"ResourceArn": arn} for arn in arns],
        "QueryDeviceEvents": [
            asked_of(EventQuery(one, clock.now, now, None, None, None, backwards=False, limit=5)) for one in ids
        ],
    }
    with statements(sqlite_database) as done:
        if operation == "QueryDevices":
            answers = (await queried(fleet, EVERYTHING))["Devices"]
        else:
            answers = await fleet.service.call_many(HERE, operation, asked[operation])

    assert len(done) == expected
    assert len(answers) == (10 if operation == "QueryDevices" else 20)
