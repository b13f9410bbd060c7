import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.model.device import AlexaDeviceStatusDetail
from gateway.model.tenant import Tenant
from gateway.services.alexa.device_lists import search_devices
from gateway.store.alexa_devices import delete_device
from gateway.store.rooms import StoredRoom, add_room
from tests.clock import Clock
from tests.services.alexa.fleet import ELSEWHERE, HERE, NEIGHBOUR, Fleet, new_device
from tests.store.alexa_fleets import Place, add_fleet, add_places, fleets

SORTS = list(search_devices.sorts)
DNS, WAS_OFFLINE = (
    AlexaDeviceStatusDetail("DNS_FAILURE", "VOLUME"),
    AlexaDeviceStatusDetail("DEVICE_WAS_OFFLINE", "ALL"),
)


def filters(**values: Sequence[str]) -> list[dict[str, object]]:
    return [{"Key": key, "Values": list(some)} for key, some in values.items()]


def sort(*criteria: tuple[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in criteria]


async def numbers(fleet: Fleet, **params: object) -> list[int]:
    """The numbers of the devices found, as the serial numbers end in them."""
    answer = await fleet.call("SearchDevices", **params)
    assert answer["TotalCount"] == len(answer["Devices"])
    return [int(device["DeviceSerialNumber"][-4:]) for device in answer["Devices"]]


@pytest.fixture
async def four(fleet: Fleet) -> Fleet:
    """Four devices that differ in everything, and the neighbours' that no search of ours finds."""
    lobby, attic = await fleet.room("Lobby"), await fleet.room("Café")
    profile = {"network_profile_arn": "arn:aws:a4b:::profile/1", "network_profile_name": "Guests"}
    members: list[dict[str, Any]] = [
        {"name": "Straße", "status": "READY", "connection_status": "ONLINE", "room_arn": lobby, **profile},
        {"name": "café", "status": "PENDING", "connection_status": "OFFLINE", "room_arn": attic, "type": "B1"},
        {"name": "Zoo", "status": "FAILED", "status_details": (DNS, WAS_OFFLINE), "network_profile_name": "Büro"},
        {"status": None, "status_details": (WAS_OFFLINE,)},
    ]
    for number, one in enumerate(members, 1):
        await fleet.device(number, **one)
        for tenant in (NEIGHBOUR, ELSEWHERE):
            await fleet.device(number, tenant, **{**one, "room_arn": None})
    return fleet


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (filters(DeviceName=["STRASSE", "cafe\u0301"]), [1, 2]),
        (filters(DeviceName=["g090lf0004", "stra"]), []),
        (filters(DeviceStatus=["READY", "FAILED"]), [1, 3]),
        (filters(DeviceStatus=["ready", "NEVER"]), []),
        (filters(DeviceStatusDetailCode=["DEVICE_WAS_OFFLINE"]), [3, 4]),
        (filters(FailureCode=["DNS_FAILURE"]), [3]),
        (filters(Feature=["ALL", "SKILLS"]), [3, 4]),
        (filters(RoomName=["LOBBY", "CAFE\u0301"]), [1, 2]),
        (filters(DeviceType=["B1"]), [2]),
        (filters(DeviceSerialNumber=["G090LF0003", "g090lf0001"]), [3]),
        (filters(UnassociatedOnly=["true"]), [3, 4]),
        (filters(UnassociatedOnly=["false"]), [1, 2, 3, 4]),
        (filters(UnassociatedOnly=["true", "false"]), [1, 2, 3, 4]),
        (filters(UnassociatedOnly=[]), []),
        (filters(ConnectionStatus=["OFFLINE", "ONLINE"]), [1, 2]),
        (filters(NetworkProfileName=["GUESTS", "BÜRO"]), [1, 3]),
        (filters(NetworkProfileArn=["arn:aws:a4b:::profile/1"]), [1]),
        (filters(DeviceName=[]), []),
        (filters(DeviceStatus=["READY", "PENDING"], ConnectionStatus=["OFFLINE"]), [2]),
        (filters(DeviceStatus=["READY"]) + filters(DeviceStatus=["PENDING"]), []),
        ([], [1, 2, 3, 4]),
    ],
)
async def test_filters(four: Fleet, wanted: list[dict[str, object]], expected: list[int]) -> None:
    """The values of a filter are alternatives, all filters must match; names compare whole, whatever their case."""
    assert await numbers(four, Filters=wanted) == expected


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        (sort(("DeviceName", "ASC")), [2, 4, 1, 3]),
        (sort(("DeviceName", "DESC")), [3, 1, 4, 2]),
        (sort(("DeviceStatus", "ASC")), [3, 2, 1, 4]),
        (sort(("DeviceStatus", "DESC")), [1, 2, 3, 4]),
        (sort(("RoomName", "ASC")), [2, 1, 3, 4]),
        (sort(("RoomName", "DESC")), [1, 2, 3, 4]),
        (sort(("DeviceType", "DESC")), [2, 1, 3, 4]),
        (sort(("DeviceSerialNumber", "DESC")), [4, 3, 2, 1]),
        (sort(("ConnectionStatus", "ASC")), [2, 1, 3, 4]),
        (sort(("NetworkProfileName", "DESC")), [1, 3, 2, 4]),
        (sort(("NetworkProfileArn", "DESC")), [1, 2, 3, 4]),
        (sort(("Feature", "ASC")), [4, 3, 1, 2]),
        (sort(("FailureCode", "DESC")), [3, 4, 1, 2]),
        (sort(("ConnectionStatus", "DESC"), ("DeviceSerialNumber", "DESC")), [1, 2, 4, 3]),
        (sort(("DeviceType", "DESC"), ("DeviceType", "ASC"), ("DeviceName", "DESC")), [2, 3, 1, 4]),
        ([], [1, 2, 3, 4]),
    ],
)
async def test_sort_criteria(four: Fleet, criteria: list[dict[str, str]], expected: list[int]) -> None:
    """Criteria count in their order; what a device lacks comes last in both directions; ties go by serial number."""
    assert await numbers(four, SortCriteria=criteria) == expected


@pytest.mark.parametrize("operation", ["SearchDevices", "SearchUsers", "SearchRooms"])
async def test_unknown_keys_are_named(fleet: Fleet, operation: str) -> None:
    """A filter or sort key that the operation does not have is refused, and the message names it."""
    wanted = {"Filters": filters(Colour=["red"])}, {"SortCriteria": sort(("Shape", "ASC"))}

    for params, name in zip(wanted, ("Colour", "Shape"), strict=True):
        refusal = await fleet.refused("ValidationException", operation, **params)
        assert f"'{name}'" in refusal.message


async def test_detail_codes_and_unassociated_only_are_no_sort_keys(fleet: Fleet) -> None:
    """They are filter keys only; and UnassociatedOnly is true or false."""
    for key in ("DeviceStatusDetailCode", "UnassociatedOnly"):
        await fleet.refused("ValidationException", "SearchDevices", SortCriteria=sort((key, "ASC")))
    await fleet.refused("ValidationException", "SearchDevices", Filters=filters(UnassociatedOnly=["yes"]))


async def test_search_users(fleet: Fleet) -> None:
    """Every key of SearchUsers filters and sorts; users without a value come last."""
    for user_id, first, last, email in (
        ("b", "Ada", "Émile", "x@example.org"),
        ("a", "ada", None, "Y@example.org"),
        ("C", None, "zola", None),
    ):
        given = {"FirstName": first, "LastName": last, "Email": email}
        await fleet.user(user_id, **{key: value for key, value in given.items() if value is not None})
    ids = {user["UserArn"]: user_id for user_id in ("a", "b", "C") for user in await _users(fleet, UserId=[user_id])}

    async def found(**params: object) -> str:
        return "".join(ids[user["UserArn"]] for user in (await fleet.call("SearchUsers", **params))["Users"])

    by_id = ("UserId", "ASC")
    for wanted, expected in (
        ({"FirstName": ["ADA"]}, "ab"),
        ({"LastName": ["émile", "ZOLA"]}, "Cb"),
        ({"Email": ["y@EXAMPLE.org"]}, "a"),
        ({"EnrollmentStatus": ["INITIALIZED"], "UserId": ["a", "C"]}, "Ca"),
        ({"EnrollmentStatus": ["REGISTERED"]}, ""),
    ):
        assert await found(Filters=filters(**wanted), SortCriteria=sort(by_id)) == expected
    for criteria, expected in (
        ([("FirstName", "DESC"), by_id], "abC"),
        ([("LastName", "ASC")], "Cba"),
        ([("LastName", "DESC")], "bCa"),
        ([("Email", "DESC")], "abC"),
        ([("EnrollmentStatus", "ASC"), ("UserId", "DESC")], "baC"),
    ):
        assert await found(SortCriteria=sort(*criteria)) == expected


async def _users(fleet: Fleet, **wanted: list[str]) -> list[dict[str, Any]]:
    users: list[dict[str, Any]] = (await fleet.call("SearchUsers", Filters=filters(**wanted)))["Users"]
    return users


async def test_search_rooms(fleet: Fleet) -> None:
    """Rooms are found by their name and their profile's; without criteria they come by name."""
    database = fleet.service.context.database
    rooms = [
        StoredRoom("arn:1", "b", profile_name="Quiet"),
        StoredRoom("arn:3", "A", profile_name="loud"),
        StoredRoom("arn:2", "a"),
    ]
    await database.write(lambda connection: [add_room(connection, HERE, room) for room in rooms])

    async def found(**params: object) -> list[str]:
        return [room["RoomName"] for room in (await fleet.call("SearchRooms", **params))["Rooms"]]

    assert await found() == ["a", "A", "b"]
    assert await found(SortCriteria=sort(("RoomName", "DESC"))) == ["b", "A", "a"]
    assert await found(SortCriteria=sort(("ProfileName", "ASC"))) == ["A", "b", "a"]
    assert await found(Filters=filters(RoomName=["A"])) == ["a", "A"]
    assert await found(Filters=filters(ProfileName=["QUIET", "LOUD"])) == ["A", "b"]
    assert (await fleet.call("SearchRooms", Filters=filters(RoomName=["b"])))["Rooms"] == [
        {"RoomArn": "arn:1", "RoomName": "b", "ProfileName": "Quiet"}
    ]


async def walk(fleet: Fleet, tenant: Tenant, size: int, **params: object) -> list[str]:
    """Follow the tokens to the end; return the ARNs of all devices."""
    arns: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = await fleet.call("SearchDevices", tenant, MaxResults=size, **params, **token)
        arns += [device["DeviceArn"] for device in page["Devices"]]
        if "NextToken" not in page:
            return arns
        token = {"NextToken": page["NextToken"]}


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    places=fleets,
    late=fleets,
    criteria=st.lists(st.tuples(st.sampled_from(SORTS), st.sampled_from(["ASC", "DESC"])), max_size=4),
    size=st.integers(1, 4),
    data=st.data(),
)
async def test_pages_neither_repeat_nor_drop_while_devices_come_and_go(
    fleet: Fleet,
    places: list[Place],
    late: list[Place],
    criteria: list[tuple[str, str]],
    size: int,
    data: st.DataObject,
) -> None:
    """Pages of any criteria follow each other like the whole list, for whoever was there all the time."""
    database = fleet.service.context.database
    tenant = await add_fleet(database, places)
    params = {"SortCriteria": sort(*criteria)}
    whole = await walk(fleet, tenant, 50, **params)
    leaving = data.draw(st.sets(st.sampled_from(whole), max_size=3)) if whole else set()

    page = await fleet.call("SearchDevices", tenant, MaxResults=size, **params)
    seen = [device["DeviceArn"] for device in page["Devices"]]
    await database.write(lambda connection: [delete_device(connection, tenant, arn, now=0) for arn in leaving])
    await database.write(lambda connection: add_places(connection, tenant, late, first=len(places)))
    while "NextToken" in page:
        page = await fleet.call("SearchDevices", tenant, MaxResults=size, **params, NextToken=page["NextToken"])
        seen += [device["DeviceArn"] for device in page["Devices"]]

    there = set(whole) - leaving
    assert len(whole) == len(places)
    assert len(seen) == len(set(seen))
    assert [arn for arn in seen if arn in there] == [arn for arn in whole if arn in there]


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(places=fleets, size=st.integers(1, 4))
async def test_turning_all_criteria_round_turns_the_list_round(fleet: Fleet, places: list[Place], size: int) -> None:
    """The default order can be asked for by its criteria, and read from its end by turning these."""
    tenant = await add_fleet(fleet.service.context.database, places)
    default = await walk(fleet, tenant, size)

    for fields in (("DeviceSerialNumber", "DeviceType"), ("DeviceName", "DeviceSerialNumber", "DeviceType")):
        forwards = await walk(fleet, tenant, size, SortCriteria=sort(*((field, "ASC") for field in fields)))
        backwards = await walk(fleet, tenant, size, SortCriteria=sort(*((field, "DESC") for field in fields)))
        assert backwards == forwards[::-1]
        assert len(fields) == 3 or forwards == default


async def test_a_page_has_fifty_devices_at_most(fleet: Fleet) -> None:
    """Fifty without MaxResults, and no more with it; TotalCount is of all that match, on every page."""
    await fleet.add(*(new_device(number=number, status=("READY", "FAILED")[number % 2]) for number in range(60)))
    first = await fleet.call("SearchDevices")
    second = await fleet.call("SearchDevices", NextToken=first["NextToken"])
    ready = await fleet.call("SearchDevices", Filters=filters(DeviceStatus=["READY"]), MaxResults=1)

    assert [len(page["Devices"]) for page in (first, second)] == [50, 10]
    assert [first["TotalCount"], second["TotalCount"], ready["TotalCount"]] == [60, 60, 30]
    assert "NextToken" not in second
    for size in (0, 51):
        await fleet.refused("ValidationException", "SearchDevices", MaxResults=size)


async def test_tokens_are_good_for_their_own_search_only(four: Fleet) -> None:
    """Another account or region, filter, order or operation, and whatever is not a token: refused."""
    asked: Mapping[str, Any] = {
        "Filters": filters(UnassociatedOnly=["false"]),
        "SortCriteria": sort(("DeviceName", "ASC")),
    }
    token = (await four.call("SearchDevices", MaxResults=1, **asked))["NextToken"]
    code, operation = "ValidationException", "SearchDevices"

    assert len((await four.call(operation, **asked, MaxResults=3, NextToken=token))["Devices"]) == 3
    for tenant in (NEIGHBOUR, ELSEWHERE):
        await four.refused(code, operation, tenant, **asked, NextToken=token)
    for params in (
        {"SortCriteria": asked["SortCriteria"]},
        {"Filters": asked["Filters"]},
        {**asked, "SortCriteria": sort(("DeviceName", "DESC"))},
    ):
        await four.refused(code, operation, **params, NextToken=token)
    for wrong in ("x", "é", "A" * 1100, token[:-1], token + "A"):
        await four.refused(code, operation, **asked, NextToken=wrong)
    await four.refused(code, "SearchUsers", NextToken=token)


async def test_tokens_fit_into_the_model_whatever_the_names(fleet: Fleet, clock: Clock) -> None:
    """With the longest names and twenty-five criteria a token has 1100 characters at most, and is good for a day."""
    noise = hashlib.shake_256(b"names that no compression makes shorter").digest(3000)
    wild = "".join(chr(0x20000 + int.from_bytes(noise[at : at + 2]) % 0xA000) for at in range(0, 1200, 2))
    hard = base64.b64encode(noise, altchars=b"xy").decode()

    def write(connection: Any) -> None:  # noqa: ANN401 - the store's connection
        for number in range(3):
            room = StoredRoom(f"arn:aws:a4b:us-east-1:1:room/{number}", wild[number * 100 : number * 100 + 100])
            assert add_room(connection, HERE, room)

    await fleet.service.context.database.write(write)
    for number in range(3):
        device = new_device(
            name=wild[300 - number * 100 :][:100],
            network_profile_name=wild[50 + number * 100 :][:100],
            network_profile_arn="arn:aws:a4b:::" + hard[number * 300 :][:800],
            room_arn=f"arn:aws:a4b:us-east-1:1:room/{number}",
            serial_number=hard[number * 200 :][:200],
            type=hard[100 + number * 200 :][:200],
            arn=f"arn:aws:a4b:us-east-1:1:device/{number}" + hard[number * 300 + 200 :][:900],
        )
        await fleet.add(device)
    keys = [*SORTS, *SORTS, *SORTS][:25]
    asked = {"SortCriteria": sort(*((key, "DESC") for key in keys)), "MaxResults": 1}

    pages = [await fleet.call("SearchDevices", **asked)]
    while "NextToken" in pages[-1]:
        pages.append(await fleet.call("SearchDevices", **asked, NextToken=pages[-1]["NextToken"]))

    assert [len(page["Devices"]) for page in pages] == [1, 1, 1]
    assert len({page["Devices"][0]["DeviceArn"] for page in pages}) == 3
    assert all(len(page["NextToken"]) <= 1100 for page in pages[:2])
    assert len((await fleet.everything())["page_positions"]) == 2
    again = await fleet.call("SearchDevices", **asked, NextToken=pages[0]["NextToken"])
    assert again == pages[1]
    clock.advance(timedelta(hours=23))
    renewed = await fleet.call("SearchDevices", **asked)
    clock.advance(timedelta(hours=1))
    for _ in range(2):
        assert await fleet.call("SearchDevices", **asked, NextToken=renewed["NextToken"]) == pages[1]
    clock.advance(timedelta(days=1))
    await fleet.call("SearchDevices", **asked)
    refusal = await fleet.refused("ValidationException", "SearchDevices", **asked, NextToken=pages[1]["NextToken"])
    assert "expired" in refusal.message
