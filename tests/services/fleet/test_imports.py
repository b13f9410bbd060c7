import json
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Connection

from gateway.model.tenant import Tenant
from gateway.services import alexa, one_click
from gateway.services.context import ServiceContext
from gateway.services.embedded import EmbeddedService
from gateway.services.fleet.counts import Counts
from gateway.services.fleet.documents import WrongFile
from gateway.services.fleet.imports import ImportReport, import_file
from gateway.services.fleet.refusal import FleetRefusal
from gateway.services.fleet.tenants import FleetTenants
from gateway.services.one_click.claims import claim_devices_by_claim_code
from gateway.store.claim_codes import add_claim_code
from gateway.store.one_click_devices import register_device
from gateway.store.rooms import StoredRoom, add_room
from gateway.store.tables import metadata
from gateway.store.users import StoredUser, add_user
from gateway.wire.service import load
from tests.clock import Clock
from tests.services.fleet.files import (
    BUTTON,
    BUTTON_ARN,
    ECHO,
    ECHO_ARN,
    ROOM_ARN,
    USER,
    USER_ARN,
    button,
    echo,
    in_room,
    printed,
    user,
)

BUTTONS = Tenant("123456789012", "us-west-2")
ECHOES = Tenant("123456789012", "us-east-1")
NEIGHBOUR = Tenant("210987654321", "us-west-2")
BOTH = FleetTenants(BUTTONS, ECHOES)


async def imported(context: ServiceContext, data: bytes, *, percent: bool = False) -> dict[str, Counts]:
    return dict((await import_file(context, BOTH, data, percent=percent)).counts)


async def everything(context: ServiceContext) -> dict[str, list[tuple[Any, ...]]]:
    return await context.database.read(
        lambda connection: {
            table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
            for table in metadata.sorted_tables
        }
    )


async def log(context: ServiceContext) -> list[tuple[str, str]]:
    rows = await context.database.read(lambda connection: list(connection.execute(metadata.tables["changes"].select())))
    return [(row.device, row.kind) for row in rows]


async def refused(context: ServiceContext, data: bytes, *told: str, tenants: FleetTenants = BOTH) -> None:
    """The file is refused with a message that has all of that, and nothing is changed."""
    before = await everything(context)
    with pytest.raises(FleetRefusal) as refusal:
        await import_file(context, tenants, data)

    assert [part for part in told if part not in str(refusal.value)] == [], str(refusal.value)
    assert await everything(context) == before


async def buttons_call(context: ServiceContext, operation: str, **params: object) -> Mapping[str, Any]:
    service = EmbeddedService(
        load("iot1click-devices"), one_click.OPERATIONS, one_click.PLURAL, one_click.BEYOND, context
    )
    return await service.call(BUTTONS, operation, params)


async def echoes_call(context: ServiceContext, operation: str, **params: object) -> Mapping[str, Any]:
    service = EmbeddedService(load("alexaforbusiness"), alexa.OPERATIONS, alexa.PLURAL, alexa.BEYOND, context)
    return await service.call(ECHOES, operation, params)


async def write(context: ServiceContext, function: Any) -> None:  # noqa: ANN401 - takes a connection
    await context.database.write(function)


async def test_buttons_are_what_the_file_says(context: ServiceContext) -> None:
    """Device by device as list-devices printed it, the other account's number in the ARN and all."""
    counts = await imported(context, printed("Devices", BUTTON))
    answer = await buttons_call(context, "ListDevices")

    assert counts == {"buttons": Counts(added=1)}
    assert answer == {"Devices": [BUTTON]}
    assert await log(context) == [("G030PX0312744DWM", "ADDED")]


async def test_echoes_and_their_rooms_are_what_the_file_says(context: ServiceContext) -> None:
    """As search-devices printed it, with the room that it names."""
    counts = await imported(context, printed("Devices", ECHO, TotalCount=1))
    (found,) = (await echoes_call(context, "SearchDevices"))["Devices"]
    room = (await echoes_call(context, "GetRoom", RoomArn=ROOM_ARN))["Room"]

    assert counts == {"Echo devices": Counts(added=1), "rooms": Counts(added=1)}
    assert found["CreatedTime"].isoformat() == "2023-01-02T03:04:05+00:00"
    assert found["DeviceStatusInfo"]["ConnectionStatusUpdatedTime"].isoformat() == "2024-05-16T08:30:00.250000+00:00"
    assert json.loads(json.dumps(found, default=lambda time: time.isoformat())) == ECHO
    assert room["RoomName"] == "Küche"
    assert await log(context) == [(ECHO_ARN, "ADDED")]


async def test_users_are_what_the_file_says(context: ServiceContext) -> None:
    """As search-users printed it, found by the end of their ARN where it does not tell the user id."""
    counts = await imported(context, printed("Users", USER, TotalCount=1))
    by_id = [{"Key": "UserId", "Values": ["bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"]}]
    found = await echoes_call(context, "SearchUsers", Filters=by_id)

    assert counts == {"users": Counts(added=1)}
    assert found["Users"] == [USER]


@pytest.mark.parametrize(
    "updated",
    [
        "2024-05-16T08:30:00.250000+00:00",
        "2024-05-16T08:30:00.250Z",
        "2024-05-16T10:30:00.25+02:00",
        1715848200.25,
        "1715848200.25",
    ],
)
async def test_times_of_both_versions_are_the_same_time(context: ServiceContext, updated: str | float) -> None:
    """The first version of the command line prints seconds since 1970, the second ISO 8601."""
    info = {**ECHO["DeviceStatusInfo"], "ConnectionStatusUpdatedTime": updated}  # type: ignore[dict-item]
    created = 1672628645 if isinstance(updated, float) else "2023-01-02T03:04:05Z"
    await imported(context, printed("Devices", {**ECHO, "DeviceStatusInfo": info, "CreatedTime": created}))

    assert await imported(context, printed("Devices", ECHO)) == {
        "Echo devices": Counts(unchanged=1),
        "rooms": Counts(unchanged=1),
    }


async def test_lower_camel_case_is_the_same_member(context: ServiceContext) -> None:
    """What the service itself sent, without an SDK between, is read too; tags keep their case."""
    sent = {key[:1].lower() + key[1:]: value for key, value in BUTTON.items()}
    await imported(context, printed("devices", sent))

    assert (await buttons_call(context, "ListDevices"))["Devices"] == [BUTTON]


async def test_a_second_import_changes_nothing(context: ServiceContext, clock: Clock) -> None:
    """The same file again is told as unchanged, and writes no row."""
    data = printed("Devices", BUTTON) + printed("Devices", ECHO, TotalCount=1) + printed("Users", USER)
    await imported(context, data)
    before = await everything(context)
    clock.advance(clock.now - clock.now.replace(year=2023))
    counts = await imported(context, data)

    assert counts == {
        "buttons": Counts(unchanged=1),
        "Echo devices": Counts(unchanged=1),
        "rooms": Counts(unchanged=1),
        "users": Counts(unchanged=1),
    }
    assert await everything(context) == before


async def test_a_newer_file_brings_up_to_date(context: ServiceContext) -> None:
    """Only what differs is written and logged; tags and details that are gone from the file are gone."""
    data = printed("Devices", BUTTON, button(2)) + printed("Devices", ECHO, echo(2)) + printed("Users", USER, user(2))
    await imported(context, data)
    newer_button = {**BUTTON, "Enabled": False, "Tags": {"Name": "Back desk"}, "Attributes": {}}
    newer_echo = {key: value for key, value in ECHO.items() if key not in {"DeviceName", "RoomArn", "RoomName"}}
    newer_echo |= {"DeviceStatus": "READY", "DeviceStatusInfo": {"ConnectionStatus": "ONLINE"}}
    newer_user = {"UserArn": USER_ARN, "FirstName": "Zoé", "EnrollmentStatus": "REGISTERED"}
    data = printed("Devices", newer_button, button(2)) + printed("Devices", newer_echo, echo(2))
    counts = await imported(context, data + printed("Users", newer_user, user(2)))
    users = (await echoes_call(context, "SearchUsers", SortCriteria=[{"Key": "FirstName", "Value": "ASC"}]))["Users"]
    echoes = (await echoes_call(context, "SearchDevices"))["Devices"]

    assert counts == {
        "buttons": Counts(updated=1, unchanged=1),
        "Echo devices": Counts(updated=1, unchanged=1),
        "rooms": Counts(),
        "users": Counts(updated=1, unchanged=1),
    }
    assert (await buttons_call(context, "ListDevices"))["Devices"][1] == newer_button
    assert newer_echo in [{**device, "CreatedTime": ECHO["CreatedTime"]} for device in echoes]
    assert users[0] == newer_user
    assert (await log(context))[4:] == [("G030PX0312744DWM", "CHANGED"), (ECHO_ARN, "CHANGED")]


async def test_what_a_file_does_not_say_of_a_button_stays(context: ServiceContext) -> None:
    """Older printouts have no tags; a new button without them has full life and is not enabled."""
    await imported(context, printed("Devices", BUTTON))
    told = {key: BUTTON[key] for key in ("Arn", "DeviceId", "Type")}
    counts = await imported(context, printed("Devices", told, button(7)))
    found = {device["DeviceId"]: device for device in (await buttons_call(context, "ListDevices"))["Devices"]}

    assert counts == {"buttons": Counts(added=1, unchanged=1)}
    assert found["G030PX0312744DWM"] == BUTTON
    assert found["G030PM0000000007"]["RemainingLife"] == 1.0
    assert found["G030PM0000000007"]["Enabled"] is False


async def test_pages_one_after_another_are_one_import(context: ServiceContext) -> None:
    """Of a device that is on two pages the later one is right."""
    pages = [
        printed("Devices", button(1, Enabled=True), button(2), NextToken="t1"),
        printed("Devices", button(2, Enabled=True), button(3), NextToken="t2"),
        printed("Devices", button(4)),
    ]
    report = await import_file(context, BOTH, b"".join(pages))
    enabled = [device["Enabled"] for device in (await buttons_call(context, "ListDevices"))["Devices"]]

    assert report == ImportReport({"buttons": Counts(added=4)}, ())
    assert enabled == [True, True, False, False]


async def test_a_page_that_has_a_successor_is_told(context: ServiceContext) -> None:
    """`--max-items` leaves a NextToken: the file is imported, and the user warned."""
    data = printed("Devices", echo(1), NextToken="t") + printed("Users", user(1), TotalCount=900, NextToken="t")
    report = await import_file(context, BOTH, data)

    assert report.warnings == (
        "the last page of search-devices has a NextToken: there is more, which this file does not have",
        "the last page of search-users has a NextToken: there is more, which this file does not have",
    )
    assert report.counts["Echo devices"] == Counts(added=1)


@pytest.mark.parametrize(
    ("told", "percent", "expected"),
    [(99.9, True, 0.999), (99.85000000000001, True, 0.9985), (0.999, False, 0.999), (100, True, 1), (1, False, 1)],
)
async def test_remaining_life_is_a_fraction_inside(
    context: ServiceContext, told: float, *, percent: bool, expected: float
) -> None:
    """The real service printed percent; whoever imports says so."""
    await imported(context, printed("Devices", button(1, RemainingLife=told)), percent=percent)
    (found,) = (await buttons_call(context, "ListDevices"))["Devices"]

    assert found["RemainingLife"] == expected


@pytest.mark.parametrize(
    "empty", [b'{"Devices": []}', b'{"Users": [], "TotalCount": 0}', b'{"list-devices": {"Devices": []}}']
)
async def test_an_empty_page_is_no_mistake(context: ServiceContext, empty: bytes) -> None:
    """An account without devices prints one."""
    assert await imported(context, empty) == {}


async def test_a_button_from_the_shop_gets_its_owner(context: ServiceContext) -> None:
    """What is registered and unclaimed is claimed by the import."""
    await write(context, lambda connection: register_device(connection, "G030PX0312744DWM", "button", None))
    counts = await imported(context, printed("Devices", BUTTON))

    assert counts == {"buttons": Counts(added=1)}
    assert (await buttons_call(context, "ListDevices"))["Devices"] == [BUTTON]
    assert await log(context) == [("G030PX0312744DWM", "ADDED")]


async def test_somebody_elses_button_is_left_alone(context: ServiceContext) -> None:
    """A device has one owner, whatever a file says."""

    def manufacture(connection: Connection) -> None:
        add_claim_code(connection, "C-123EXAMPLE", 0)
        register_device(connection, "G030PX0312744DWM", "button", "C-123EXAMPLE")

    await write(context, manufacture)
    await claim_devices_by_claim_code(context, NEIGHBOUR, {"ClaimCode": "C-123EXAMPLE"})

    await refused(
        context,
        printed("Devices", button(1), BUTTON),
        "line 13: Devices[1].DeviceId: account 210987654321 in us-west-2 has this device already",
    )


async def test_a_button_under_another_arn_is_told(context: ServiceContext) -> None:
    """Two accounts' printouts of one device do not take turns."""
    await imported(context, printed("Devices", BUTTON))
    other = {**BUTTON, "Arn": BUTTON_ARN.replace("111122223333", "999999999999")}

    await refused(context, printed("Devices", other), "line 4: Devices[0].Arn", f"knows this device as {BUTTON_ARN}")
    await refused(
        context, printed("Devices", BUTTON, other), "line 18: Devices[1].Arn", f"this device as {BUTTON_ARN} before"
    )


async def test_a_room_that_was_renamed(context: ServiceContext) -> None:
    """All devices in it are in the room of the new name, those that the file does not have too."""
    await imported(context, printed("Devices", echo(1, **in_room(1, "Old")), echo(2, **in_room(1, "Old"))))
    counts = await imported(context, printed("Devices", echo(1, **in_room(1, "New"))))
    by_room = [{"Key": "RoomName", "Values": ["New"]}]
    found = (await echoes_call(context, "SearchDevices", Filters=by_room))["Devices"]

    assert counts == {"Echo devices": Counts(unchanged=1), "rooms": Counts(updated=1)}
    assert [device["DeviceSerialNumber"] for device in found] == ["G090LF0001", "G090LF0002"]


async def test_room_names_stay_unique(context: ServiceContext) -> None:
    """Two rooms of one name are refused, in the file and beside the store's own."""
    await refused(
        context,
        printed("Devices", echo(1, **in_room(1, "A")), echo(2, **in_room(2, "A"))),
        "Devices[1].RoomName: the file has another room of this name",
    )
    await refused(
        context,
        printed("Devices", echo(1, **in_room(1, "A")), echo(2, **in_room(1, "B"))),
        "Devices[1].RoomName: the file called this room 'A' before",
    )
    await write(context, lambda connection: add_room(connection, ECHOES, StoredRoom("arn:own", "A")))
    await refused(
        context,
        printed("Devices", echo(1, **in_room(1, "A"))),
        "line 8: Devices[0].RoomName: the store has another room of this name: arn:own",
    )


async def test_user_ids_stay_unique(context: ServiceContext) -> None:
    """A user id in the file, as an export has it, is somebody else's."""
    await write(context, lambda connection: add_user(connection, ECHOES, StoredUser("arn:own", "ada")))
    await refused(
        context, printed("Users", user(1, UserId="ada")), "line 4: Users[0].UserArn", "another user", "arn:own"
    )
    await refused(context, printed("Users", user(1, UserId="x"), user(2, UserId="x")), "Users[1].UserArn")
    await refused(context, printed("Users", user(1, UserId="a b")), "line 5: Users[0].UserId: 'a b' is no user id")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"[]", ["line 1: a page", "has Devices or Users"]),
        (b"7", ["line 1: a page"]),
        (b'\n{"DeviceDescription": {}}', ["line 2: a page"]),
        (b'{"Devices":\n {}}', ["line 2: Devices: this must be a list"]),
        (b'{"Users": [\n7]}', ["line 2: Users[0]: this must be an object"]),
        (b'{"Devices": [\n{"Name": "x"}]}', ["line 2: Devices[0]: this has neither a DeviceId"]),
        (b'{"search-devices":\n{"Devices": [\n{"DeviceId": "x"}]}}', ["line 3: search-devices.Devices[0]"]),
        (printed("Devices", {"DeviceId": "A"}), ["line 3: Devices[0].Arn: Arn is missing", "Devices[0].Type"]),
        (printed("Devices", button(1, DeviceId="A B")), ["line 5: Devices[0].DeviceId: 'A B' is no device id"]),
        (printed("Devices", button(1, Arn="arn:aws:x")), ["line 4: Devices[0].Arn", "is not the ARN of device"]),
        (printed("Devices", button(1, Enabled="true")), ["line 7: Devices[0].Enabled", "be a boolean"]),
        (printed("Devices", button(1, RemainingLife=99.9)), ["line 7: Devices[0].RemainingLife", "percent"]),
        (printed("Devices", button(1, RemainingLife=-1)), ["line 7: Devices[0].RemainingLife"]),
        (printed("Devices", button(1, RemainingLife="1")), ["line 7: Devices[0].RemainingLife", "be a number"]),
        (printed("Devices", button(1, Tags=["a"])), ["line 7: Devices[0].Tags", "be a map"]),
        (printed("Devices", button(1, Tags={"a": 7})), ["line 7: Devices[0].Tags", "be a string"]),
        (printed("Devices", button(1, Tags={"k" * 129: ""})), ["line 7: Devices[0].Tags", "128 characters"]),
        (printed("Devices", button(1, Tags={"k": "v" * 257})), ["line 7: Devices[0].Tags", "256 characters"]),
        (printed("Devices", button(1, Tags={str(k): "" for k in range(51)})), ["Devices[0].Tags", "at most 50 tags"]),
        (printed("Devices", button(1, Attributes={"a": "\0"})), ["line 7: Devices[0].Attributes", "NUL"]),
        (b'{"Devices": [{"DeviceId": "A", "Type":\n"\\ud800"}]}', ["line 2: Devices[0].Type", "surrogate"]),
        (printed("Devices", echo(1, DeviceName="x")), ["line 7: Devices[0].DeviceName", "greater than or equal to 2"]),
        (printed("Devices", echo(1, DeviceStatus="SAD")), ["line 7: Devices[0].DeviceStatus", "READY"]),
        (printed("Devices", echo(1, CreatedTime="noon")), ["line 7: Devices[0].CreatedTime", "be a timestamp"]),
        (printed("Devices", echo(1, CreatedTime=1e300)), ["line 7: Devices[0].CreatedTime"]),
        (printed("Devices", echo(1, RoomName="x")), ["line 7: Devices[0].RoomName: RoomArn is missing"]),
        (printed("Devices", echo(1), echo(2, DeviceArn="x")), ["line 9: Devices[1].DeviceArn", "pattern"]),
        (
            printed("Devices", echo(1, DeviceStatusInfo={"DeviceStatusDetails": [{"Feature": "ALL"}, {"Code": "X"}]})),
            ["line 13: Devices[0].DeviceStatusInfo.DeviceStatusDetails[1].Code"],
        ),
        (printed("Devices", {"DeviceArn": echo(1)["DeviceArn"]}), ["DeviceSerialNumber is missing", "DeviceType is"]),
        (printed("Users", user(1), {"FirstName": "x"}), ["line 6: Users[1].UserArn: UserArn is missing"]),
        (printed("Users", user(1, FirstName="x" * 31)), ["line 5: Users[0].FirstName", "equal to 30"]),
        (printed("Users", user(1, Email="nobody")), ["line 5: Users[0].Email", "pattern"]),
        (printed("Users", user(1, EnrollmentStatus="GONE")), ["line 5: Users[0].EnrollmentStatus", "DEREGISTERING"]),
    ],
)
async def test_a_wrong_file_names_line_and_member(context: ServiceContext, data: bytes, told: list[str]) -> None:
    """What is right in it is not imported either."""
    await refused(context, printed("Devices", BUTTON) + data, *[_shifted(one) for one in told])


def _shifted(told: str) -> str:
    """The line counted behind a page that is right."""
    if not told.startswith("line "):
        return told
    number, rest = told.removeprefix("line ").split(":", 1)
    before = printed("Devices", BUTTON).count(b"\n")
    return f"line {int(number) + before}:{rest}"


async def test_all_that_is_wrong_is_told_at_once(context: ServiceContext) -> None:
    """Up to ten problems, in the order of the file, then how many more there are."""
    data = printed("Devices", *(button(number, Enabled="yes") for number in range(12)))
    with pytest.raises(WrongFile) as refusal:
        await import_file(context, BOTH, data)
    lines = str(refusal.value).splitlines()

    assert len(lines) == 12
    assert lines[1].startswith("line 7: Devices[0].Enabled")
    assert lines[10].startswith("line 61: Devices[9].Enabled")
    assert lines[11] == "and 2 more"


async def test_a_file_of_the_other_service_is_refused(context: ServiceContext) -> None:
    """`--source` names where it goes, and that source has no such devices."""
    await refused(context, printed("Devices", ECHO), "search-devices", tenants=FleetTenants(BUTTONS, None))
    await refused(context, printed("Users", USER), "search-users", tenants=FleetTenants(BUTTONS, None))
    await refused(context, printed("Devices", BUTTON), "list-devices", tenants=FleetTenants(None, ECHOES))


async def test_progress_is_told(context: ServiceContext) -> None:
    """Item by item, over all that the file has."""
    told: list[tuple[int, int]] = []
    data = printed("Users", user(1)) + printed("Devices", button(1), button(2)) + printed("Devices", echo(1))
    await import_file(context, BOTH, data, progress=lambda done, total: told.append((done, total)))

    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


async def test_more_than_one_statement_holds(context: ServiceContext) -> None:
    """A large fleet is imported whole, and found unchanged."""
    buttons = printed("Devices", *(button(number, Tags={"Name": f"No. {number}"}) for number in range(2100)))
    echoes = printed("Devices", *(echo(number, **in_room(number // 10, f"R{number // 10}")) for number in range(2100)))
    users = printed("Users", *(user(number) for number in range(2100)))
    first = await imported(context, buttons + echoes + users)
    second = await imported(context, buttons + echoes + users)

    assert {noun: counts.added for noun, counts in first.items()} == {
        "buttons": 2100,
        "users": 2100,
        "Echo devices": 2100,
        "rooms": 210,
    }
    assert {noun: counts.unchanged for noun, counts in second.items()} == {
        "buttons": 2100,
        "users": 2100,
        "Echo devices": 2100,
        "rooms": 210,
    }
