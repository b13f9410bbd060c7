"""The lists beyond the wire, and what they cost."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from gateway.model.filter import DeviceFilter, RoomFilter, UserFilter
from gateway.model.order import DeviceOrder, DeviceOrderField, UserOrder, UserOrderField
from gateway.model.query import Cut, EventQuery, ListQuery, Position
from gateway.services.alexa import BEYOND, OPERATIONS, PLURAL
from gateway.sources import alexa_answers
from gateway.wire.errors import ServiceError
from tests.clock import Clock
from tests.services.alexa.fleet import ECHO, HERE, NEIGHBOUR, Fleet
from tests.store.statements import statements

NOW = Clock().now


def query(wanted: object, order: tuple[Any, ...] = (), **members: Any) -> ListQuery[Any, Any]:  # noqa: ANN401 - of any type
    defaults = {"low": None, "high": None, "backwards": False, "limit": 10}
    return ListQuery(wanted, order, **{**defaults, **members})


def test_all_operations_of_the_model_are_there(fleet: Fleet) -> None:
    """Nineteen operations answer on the wire; what is beyond the wire is none of them."""
    assert set(OPERATIONS) == set(fleet.service.model.operations)
    assert len(OPERATIONS) == 19
    assert not set(OPERATIONS) & set(BEYOND)
    assert set(PLURAL) <= set(OPERATIONS) | set(BEYOND)


@pytest.mark.parametrize("operation", ["QueryDevices", "GetUser", "ListSkills"])
async def test_what_is_beyond_the_wire_is_unknown_on_it(fleet: Fleet, operation: str) -> None:
    """Nobody reaches the gateway's own operations from outside."""
    await fleet.refused("UnknownOperationException", operation, Query=query(DeviceFilter()))


async def test_query_devices(fleet: Fleet) -> None:
    """A page has what SearchDevices tells of the devices, the position of each, and whether there are more."""
    room = await fleet.room("Attic")
    for number, name in ((1, "b"), (2, None), (3, "a")):
        await fleet.device(number, name=name, room_arn=room if number == 1 else None)
    await fleet.device(1, NEIGHBOUR)
    order = (DeviceOrder(DeviceOrderField.NAME, descending=True), DeviceOrder(DeviceOrderField.ROOM_NAME))
    told = {one["DeviceSerialNumber"]: one for one in (await fleet.call("SearchDevices"))["Devices"]}
    data = {serial: alexa_answers.device("hq", one) for serial, one in told.items()}
    keys = {serial: (serial, ECHO, one.arn) for serial, one in data.items()}

    first = await fleet.beyond("QueryDevices", Source="hq", Query=query(DeviceFilter(), order, limit=2))
    cut = Cut(first["Positions"][1], after=True)
    rest = await fleet.beyond("QueryDevices", Source="hq", Query=query(DeviceFilter(), order, low=cut))
    back = await fleet.beyond(
        "QueryDevices", Source="hq", Query=query(DeviceFilter(), order, high=cut, backwards=True, limit=1)
    )
    none = await fleet.beyond("QueryDevices", Source="hq", Query=query(DeviceFilter(), order, limit=0))

    assert first == {
        "Devices": [data["G090LF0002"], data["G090LF0001"]],
        "Positions": [
            Position(("g090lf0002", None), keys["G090LF0002"]),
            Position(("b", "attic"), keys["G090LF0001"]),
        ],
        "More": True,
    }
    assert rest == {
        "Devices": [data["G090LF0003"]],
        "Positions": [Position(("a", None), keys["G090LF0003"])],
        "More": False,
    }
    assert back == {"Devices": [data["G090LF0001"]], "Positions": [first["Positions"][1]], "More": True}
    assert none == {"Devices": [], "Positions": [], "More": True}


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("limit", [0, 1, 2, 5])
async def test_the_devices_of_several_rooms_are_one_statement(fleet: Fleet, limit: int, *, backwards: bool) -> None:
    """Each page is what it is when it is asked for alone; what asks for more than that is answered all the same."""
    rooms = {name: await fleet.room(name) for name in ("Attic", "Lobby", "Cellar")}
    for number, room in ((3, "Lobby"), (1, "Attic"), (4, "Attic"), (2, "Attic"), (5, None)):
        await fleet.device(number, room_arn=rooms.get(room or ""), name=f"Echo {9 - number}")
    await fleet.device(7, NEIGHBOUR, room_arn=rooms["Attic"])
    nowhere = {"Nowhere": "arn:aws:a4b:us-east-1:123456789012:room/0/1", "Nonsense": "\0"}
    of_rooms = [DeviceFilter(room_arn=arn, room_names=(name,)) for name, arn in (rooms | nowhere).items()]
    pages = [query(wanted, backwards=backwards, limit=limit) for wanted in of_rooms]
    by_name = query(of_rooms[0], (DeviceOrder(DeviceOrderField.NAME),), backwards=backwards, limit=limit)

    for asked, count in ((pages, 1), ([*pages, by_name], len(pages) + 1)):
        params = [{"Source": "hq", "Query": one} for one in asked]
        with statements(fleet.service.context.database) as done:
            together = await fleet.service.call_many(HERE, "QueryDevices", params)
        alone = [await fleet.beyond("QueryDevices", **one) for one in params]

        assert [dict(one) for one in together if isinstance(one, Mapping)] == alone
        assert len(done) == count


async def test_count_devices(fleet: Fleet) -> None:
    """A count is of all that match, of this account only."""
    for number, status in enumerate(("READY", "READY", "FAILED")):
        await fleet.device(number, status=status)
    await fleet.device(9, NEIGHBOUR)

    for wanted, expected in (
        (DeviceFilter(), 3),
        (DeviceFilter(name_contains="LF0002"), 1),
        (DeviceFilter(enabled=True), 0),
    ):
        assert await fleet.beyond("CountDevices", Filter=wanted) == {"Count": expected}


async def test_query_and_count_users(fleet: Fleet) -> None:
    """Users by any order, with positions."""
    ada, eve = await fleet.user("ada", FirstName="Ada"), await fleet.user("eve")
    await fleet.user("ada", NEIGHBOUR)
    order = (UserOrder(UserOrderField.FIRST_NAME), UserOrder(UserOrderField.USER_ID))

    answer = await fleet.beyond("QueryUsers", Source="hq", Query=query(UserFilter(), order))
    filtered = await fleet.beyond("QueryUsers", Source="hq", Query=query(UserFilter(first_names=("ADA",)), limit=1))

    assert [user.arn for user in answer["Users"]] == [ada, eve]
    assert list(answer["Positions"]) == [Position(("ada", "ada"), (ada,)), Position((None, "eve"), (eve,))]
    assert [user.first_name for user in filtered["Users"]] == ["Ada"]
    assert (answer["More"], filtered["More"]) == (False, False)
    assert await fleet.beyond("CountUsers", Filter=UserFilter()) == {"Count": 2}
    assert await fleet.beyond("CountUsers", Filter=UserFilter(user_ids=("eve", "x"))) == {"Count": 1}


async def test_query_and_count_rooms(fleet: Fleet) -> None:
    """Rooms by name, then ARN, with positions."""
    arns = {name: await fleet.room(name) for name in ("b", "A", "ab")}
    await fleet.room("a", NEIGHBOUR)

    answer = await fleet.beyond("QueryRooms", Source="hq", Query=query(RoomFilter(), limit=2))
    part = await fleet.beyond("QueryRooms", Source="hq", Query=query(RoomFilter("B"), backwards=True))

    assert [room.name for room in answer["Rooms"]] == ["A", "ab"]
    assert list(answer["Positions"]) == [Position(("a",), (arns["A"],)), Position(("ab",), (arns["ab"],))]
    assert answer["More"]
    assert [room.name for room in part["Rooms"]] == ["b", "ab"]
    assert await fleet.beyond("CountRooms", Filter=RoomFilter()) == {"Count": 3}
    assert await fleet.beyond("CountRooms", Filter=RoomFilter("B")) == {"Count": 2}


async def test_a_page_costs_few_statements(fleet: Fleet) -> None:
    """A page of devices is one statement; so are the tags, events, rooms or users of many."""
    room = await fleet.room()
    arns = [await fleet.device(number, room_arn=room) for number in range(5)]
    users = [await fleet.user(name) for name in ("ada", "eve")]
    window = EventQuery(arns[0], NOW - timedelta(days=1), NOW, None, None, None, backwards=False, limit=5)
    order = (DeviceOrder(DeviceOrderField.STATUS, descending=True),)
    plural: Mapping[str, list[dict[str, Any]]] = {
        "ListTags": [{"Arn": arn} for arn in arns],
        "QueryDeviceEvents": [{"Query": window, "Device": None}] * 5,
        "GetRoom": [{"RoomArn": room}] * 5,
        "GetUser": [{"UserArn": arn, "Source": "hq"} for arn in users],
    }
    service = fleet.service

    costs = {}
    for operation, params in plural.items():
        with statements(service.context.database) as seen:
            answers = await service.call_many(HERE, operation, params)
        costs[operation] = len([one for one in seen if "SELECT" in one])
        assert not any(isinstance(answer, ServiceError) for answer in answers)
    for wanted in (query(DeviceFilter()), query(DeviceFilter(), order), query(DeviceFilter(name_contains="lf"), order)):
        with statements(service.context.database) as seen:
            page = await fleet.beyond("QueryDevices", Source="hq", Query=wanted)
        assert len([one for one in seen if "SELECT" in one]) == 1
        assert len(page["Devices"]) == 5
    assert costs == {"ListTags": 1, "QueryDeviceEvents": 1, "GetRoom": 1, "GetUser": 1}
