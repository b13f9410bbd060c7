"""SearchDevices, SearchUsers and SearchRooms: every filter and sort key, several of each, pages and counts."""

from collections.abc import Mapping, Sequence

import pytest

from gateway.model.device import AlexaDeviceStatusDetail
from tests.clients.account import ECHO, Account, open_account
from tests.clients.site import Site

ARNS = {"Devices": "DeviceArn", "Users": "UserArn", "Rooms": "RoomArn"}
PROFILE = "arn:aws:a4b:us-east-1:123456789012:network-profile/x/"
SEARCHES = ("SearchDevices", "SearchUsers", "SearchRooms")

Filters = Mapping[str, Sequence[str]]


def search(account: Account, operation: str, filters: Filters | None = None, *sorts: str) -> list[str]:
    """The ARNs found; a sort is a key, with a minus before it where it is to descend."""
    asked = [{"Key": key, "Values": list(values)} for key, values in (filters or {}).items()]
    criteria = [{"Key": sort.removeprefix("-"), "Value": "DESC" if sort[0] == "-" else "ASC"} for sort in sorts]
    answer = account.alexa(operation, Filters=asked, SortCriteria=criteria)
    noun = operation.removeprefix("Search")
    found = [each[ARNS[noun]] for each in answer[noun]]
    assert answer["TotalCount"] == len(found)
    return found


@pytest.fixture(scope="module")
def account(site: Site) -> Account:
    """One account for all searches, because they change nothing."""
    return open_account(site)


@pytest.fixture(scope="module")
def echoes(account: Account) -> tuple[str, str, str]:
    """Three devices that differ in all that can be searched; the third has as little as a device can have."""
    lobby = account.alexa("CreateRoom", RoomName="Lobby")["RoomArn"]
    attic = account.alexa("CreateRoom", RoomName="Attic")["RoomArn"]
    first = account.echo(
        "Zebra",
        status="READY",
        status_details=(AlexaDeviceStatusDetail("DNS_FAILURE", "VOLUME"),),
        connection_status="ONLINE",
        network_profile_arn=PROFILE + "1",
        network_profile_name="Guests",
        room_arn=lobby,
    )
    second = account.echo(
        "échelle",
        type="A3S5BH2HU6VAYF",
        status="WAS_OFFLINE",
        status_details=(AlexaDeviceStatusDetail("DEVICE_WAS_OFFLINE", "SKILLS"),),
        connection_status="OFFLINE",
        network_profile_arn=PROFILE + "2",
        network_profile_name="Staff",
        room_arn=attic,
    )
    return first, second, account.echo(status=None)


def serial_number(arn: str) -> str:
    return arn.rpartition("/")[2].partition(":")[0]


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("DeviceName", ["Zebra"]),
        ("DeviceName", ["zEBRA"]),
        ("DeviceStatus", ["READY"]),
        ("DeviceStatusDetailCode", ["DNS_FAILURE"]),
        ("RoomName", ["Lobby"]),
        ("DeviceType", [ECHO]),
        ("ConnectionStatus", ["ONLINE"]),
        ("NetworkProfileName", ["Guests"]),
        ("NetworkProfileArn", [PROFILE + "1"]),
        ("Feature", ["VOLUME"]),
        ("FailureCode", ["DNS_FAILURE"]),
    ],
)
def test_devices_are_found_by_every_key(
    account: Account, echoes: tuple[str, str, str], key: str, values: list[str]
) -> None:
    """Names whatever their case; a value that nothing has finds nothing; of several values any will do."""
    both = {first for first in echoes if first != echoes[1]} if key == "DeviceType" else {echoes[0]}

    assert set(search(account, "SearchDevices", {key: values})) == both
    assert set(search(account, "SearchDevices", {key: [*values, "nothing has this"]})) == both
    assert search(account, "SearchDevices", {key: ["nothing has this"]}) == []


def test_devices_are_found_by_serial_number(account: Account, echoes: tuple[str, str, str]) -> None:
    """Several at once."""
    numbers = [serial_number(arn) for arn in echoes]

    assert search(account, "SearchDevices", {"DeviceSerialNumber": numbers[:2]}) == [*echoes[:2]]


def test_devices_are_found_outside_rooms(account: Account, echoes: tuple[str, str, str]) -> None:
    """UnassociatedOnly is true or false; anything else is refused."""
    assert search(account, "SearchDevices", {"UnassociatedOnly": ["true"]}) == [echoes[2]]
    assert search(account, "SearchDevices", {"UnassociatedOnly": ["false"]}) == [*echoes]
    account.alexa_refuses(
        "ValidationException", "SearchDevices", Filters=[{"Key": "UnassociatedOnly", "Values": ["maybe"]}]
    )


def test_all_filters_must_match(account: Account, echoes: tuple[str, str, str]) -> None:
    """Of one filter any value, of several filters each."""
    both = {"ConnectionStatus": ["ONLINE", "OFFLINE"], "RoomName": ["attic", "cellar"]}

    assert search(account, "SearchDevices", both) == [echoes[1]]
    assert search(account, "SearchDevices", both | {"DeviceStatus": ["READY"]}) == []


@pytest.mark.parametrize(
    ("key", "ascending"),
    [
        ("DeviceStatus", (0, 1)),
        ("RoomName", (1, 0)),
        ("ConnectionStatus", (1, 0)),
        ("NetworkProfileName", (0, 1)),
        ("NetworkProfileArn", (0, 1)),
        ("Feature", (1, 0)),
        ("FailureCode", (1, 0)),
    ],
)
def test_devices_are_sorted_by_every_key(
    account: Account, echoes: tuple[str, str, str], key: str, ascending: tuple[int, int]
) -> None:
    """What has no value comes last in both directions."""
    first, second = (echoes[index] for index in ascending)

    assert search(account, "SearchDevices", None, key) == [first, second, echoes[2]]
    assert search(account, "SearchDevices", None, "-" + key) == [second, first, echoes[2]]


def test_devices_are_sorted_by_name(account: Account, echoes: tuple[str, str, str]) -> None:
    """By casefolded characters, so é comes after z; what has no name goes by its serial number, which begins with g."""
    first, second, third = echoes

    assert search(account, "SearchDevices", None, "DeviceName") == [third, first, second]
    assert search(account, "SearchDevices", None, "-DeviceName") == [second, first, third]


def test_devices_are_sorted_by_type_and_serial_number(account: Account, echoes: tuple[str, str, str]) -> None:
    """Several criteria, each with its own direction."""
    first, second, third = echoes

    assert search(account, "SearchDevices", None, "DeviceType") == [first, third, second]
    assert search(account, "SearchDevices", None, "-DeviceSerialNumber") == [third, second, first]
    assert search(account, "SearchDevices", None, "-DeviceType", "-DeviceSerialNumber") == [second, third, first]


def test_found_devices_tell_their_room(account: Account, echoes: tuple[str, str, str]) -> None:
    """DeviceData has names where Device has only ARNs."""
    answer = account.alexa("SearchDevices", Filters=[{"Key": "DeviceName", "Values": ["Zebra"]}])

    (found,) = answer["Devices"]
    assert (found["RoomName"], found["NetworkProfileName"]) == ("Lobby", "Guests")
    assert found["RoomArn"] == account.alexa("GetDevice", DeviceArn=echoes[0])["Device"]["RoomArn"]


@pytest.fixture(scope="module")
def people(account: Account) -> tuple[str, str, str]:
    """Three users; the third has an id and nothing else."""
    made = (
        {"UserId": "ada", "FirstName": "Ada", "LastName": "Lovelace", "Email": "zeta@example.com"},
        {"UserId": "grace", "FirstName": "Grace", "LastName": "Hopper", "Email": "alpha@example.com"},
        {"UserId": "nobody"},
    )
    first, second, third = (str(account.alexa("CreateUser", **params)["UserArn"]) for params in made)
    return first, second, third


@pytest.mark.parametrize(
    ("key", "values", "found"),
    [
        ("UserId", ["ada", "nobody"], {0, 2}),
        ("FirstName", ["ADA"], {0}),
        ("LastName", ["Hopper", "Lovelace"], {0, 1}),
        ("Email", ["alpha@example.com"], {1}),
        ("EnrollmentStatus", ["INITIALIZED"], {0, 1, 2}),
        ("EnrollmentStatus", ["REGISTERED", "PENDING"], set()),
    ],
)
def test_users_are_found_by_every_key(
    account: Account, people: tuple[str, str, str], key: str, values: list[str], found: set[int]
) -> None:
    """Several values of a key are alternatives."""
    assert set(search(account, "SearchUsers", {key: values})) == {people[index] for index in found}


@pytest.mark.parametrize(
    ("key", "ascending"), [("UserId", (0, 1)), ("FirstName", (0, 1)), ("LastName", (1, 0)), ("Email", (1, 0))]
)
def test_users_are_sorted_by_every_key(
    account: Account, people: tuple[str, str, str], key: str, ascending: tuple[int, int]
) -> None:
    """What has no value comes last in both directions; everybody has a user id."""
    first, second = (people[index] for index in ascending)
    down = [people[2], second, first] if key == "UserId" else [second, first, people[2]]

    assert search(account, "SearchUsers", None, "EnrollmentStatus", key) == [first, second, people[2]]
    assert search(account, "SearchUsers", None, "EnrollmentStatus", "-" + key) == down


@pytest.mark.usefixtures("echoes")
def test_rooms_are_found_and_sorted_by_name(account: Account) -> None:
    """By default too; by a profile's name none are found, since none is known here."""
    attic, lobby = search(account, "SearchRooms")

    assert search(account, "SearchRooms", {"RoomName": ["lobby", "cellar"]}) == [lobby]
    assert search(account, "SearchRooms", {"ProfileName": ["x"]}) == []
    assert search(account, "SearchRooms", None, "-RoomName") == [lobby, attic]
    assert search(account, "SearchRooms", None, "ProfileName", "RoomName") == [attic, lobby]


@pytest.mark.parametrize("operation", SEARCHES)
def test_a_search_has_its_limits(account: Account, operation: str) -> None:
    """Known keys, 25 filters of 50 values, 25 criteria, pages of 1 to 50."""
    wanted = {"Key": "UnassociatedOnly" if operation == "SearchDevices" else "RoomName", "Values": ["true"]}
    sort = {"Key": "DeviceName", "Value": "ASC"}
    for params in (
        {"Filters": [{"Key": "Colour", "Values": ["red"]}]},
        {"Filters": [{"Key": "Colour"}]},
        {"Filters": [wanted] * 26},
        {"Filters": [wanted | {"Values": ["true"] * 51}]},
        {"SortCriteria": [{"Key": "Colour", "Value": "ASC"}]},
        {"SortCriteria": [sort | {"Value": "UP"}]},
        {"SortCriteria": [sort] * 26},
        {"MaxResults": 0},
        {"MaxResults": 51},
        {"NextToken": "rubbish"},
    ):
        account.alexa_refuses("ValidationException", operation, **params)


@pytest.mark.usefixtures("echoes", "people")
@pytest.mark.parametrize("operation", SEARCHES)
def test_the_paginator_reads_every_item_once(account: Account, operation: str) -> None:
    """boto3's paginator goes through pages of one, in the order asked for; each page tells the count of all."""
    key = {"SearchDevices": "DeviceName", "SearchUsers": "FirstName", "SearchRooms": "RoomName"}[operation]
    noun = operation.removeprefix("Search")
    whole = account.alexa(operation, SortCriteria=[{"Key": key, "Value": "DESC"}])

    pages = account.alexa_pages(operation, 1, SortCriteria=[{"Key": key, "Value": "DESC"}])

    assert [page[noun] for page in pages] == [[each] for each in whole[noun]]
    assert {page["TotalCount"] for page in pages} == {len(whole[noun])}


def test_what_comes_and_goes_moves_nothing_else(neighbour: Account) -> None:
    """Between two pages a listed room is deleted and one is made before it: nothing is repeated or dropped."""
    arns = [neighbour.alexa("CreateRoom", RoomName=name)["RoomArn"] for name in "bcde"]

    first = neighbour.alexa("SearchRooms", MaxResults=2)
    neighbour.alexa("DeleteRoom", RoomArn=arns[0])
    neighbour.alexa("CreateRoom", RoomName="a")
    rest = neighbour.alexa("SearchRooms", MaxResults=2, NextToken=first["NextToken"])

    assert [room["RoomArn"] for room in first["Rooms"] + rest["Rooms"]] == arns
    assert "NextToken" not in rest


@pytest.mark.usefixtures("echoes")
def test_a_token_counts_only_where_it_was_given_out(account: Account, neighbour: Account) -> None:
    """Not in another account, for other filters, another order or another search."""
    token = account.alexa("SearchDevices", MaxResults=1)["NextToken"]

    for params in (
        {"Filters": [{"Key": "RoomName", "Values": ["Lobby"]}]},
        {"SortCriteria": [{"Key": "DeviceName", "Value": "ASC"}]},
    ):
        account.alexa_refuses("ValidationException", "SearchDevices", NextToken=token, **params)
    account.alexa_refuses("ValidationException", "SearchRooms", NextToken=token)
    neighbour.alexa_refuses("ValidationException", "SearchDevices", NextToken=token)
