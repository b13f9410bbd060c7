import asyncio
import json

import pytest

from gateway.services.context import ServiceContext
from gateway.services.fleet.counts import Counts
from gateway.services.fleet.imports import ImportReport, import_file
from gateway.services.fleet.refusal import FleetRefusal
from gateway.store.one_click_devices import register_device, registered_device
from tests.clock import Clock
from tests.services.fleet.files import (
    BUTTON,
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
from tests.services.fleet.whole_fleet import (
    BOTH,
    BUTTONS,
    NEIGHBOUR,
    buttons_call,
    echoes_call,
    everything,
    imported,
    log,
    write,
)


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
    """What is registered and unclaimed is claimed by the import; who had initiated a claim waits no more."""
    await write(context, lambda connection: register_device(connection, "G030PX0312744DWM", "button", None))
    await buttons_call(context, "InitiateDeviceClaim", NEIGHBOUR, DeviceId="G030PX0312744DWM")
    counts = await imported(context, printed("Devices", BUTTON))
    device = await context.database.read(lambda connection: registered_device(connection, "G030PX0312744DWM"))

    assert counts == {"buttons": Counts(added=1)}
    assert (await buttons_call(context, "ListDevices"))["Devices"] == [BUTTON]
    assert await log(context) == [("G030PX0312744DWM", "ADDED")]
    assert device is not None
    assert (device.owner, device.initiated_by) == (BUTTONS, None)


async def test_a_room_that_was_renamed(context: ServiceContext) -> None:
    """All devices in it are in the room of the new name, those that the file does not have too."""
    await imported(context, printed("Devices", echo(1, **in_room(1, "Old")), echo(2, **in_room(1, "Old"))))
    counts = await imported(context, printed("Devices", echo(1, **in_room(1, "New"))))
    by_room = [{"Key": "RoomName", "Values": ["New"]}]
    found = (await echoes_call(context, "SearchDevices", Filters=by_room))["Devices"]

    assert counts == {"Echo devices": Counts(unchanged=1), "rooms": Counts(updated=1)}
    assert [device["DeviceSerialNumber"] for device in found] == ["G090LF0001", "G090LF0002"]


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


async def test_two_imports_at_once_are_one(context: ServiceContext) -> None:
    """Nothing is there twice; who came second finds it unchanged, or is told to try again."""
    data = printed("Devices", *map(button, range(300))) + printed("Devices", *map(echo, range(300)))
    results = await asyncio.gather(*(import_file(context, BOTH, data) for _ in range(3)), return_exceptions=True)
    refusals = [result for result in results if isinstance(result, Exception)]
    added = [result.counts["buttons"].added for result in results if isinstance(result, ImportReport)]

    assert max(added) == 300
    assert sum(added) == 300
    assert {type(refusal) for refusal in refusals} <= {FleetRefusal}
    assert all("try again" in str(refusal) for refusal in refusals)
    assert len(await log(context)) == 600
