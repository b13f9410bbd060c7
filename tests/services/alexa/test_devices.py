from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from gateway.model.device import AlexaDevice, AlexaDeviceStatusDetail
from gateway.services.alexa.arns import device_arn
from gateway.sources import alexa_answers
from gateway.store.alexa_reports import set_connection_status
from gateway.store.changes import ChangeKind
from gateway.wire.errors import ServiceError
from tests.services.alexa.fleet import ECHO, ELSEWHERE, HERE, NEIGHBOUR, Fleet, new_device

PROFILE = "arn:aws:a4b:us-east-1:123456789012:network-profile/1/2"
NOWHERE = device_arn(HERE, "NOBODY", ECHO)
FULL = {
    "name": "Front desk",
    "software_version": "652",
    "mac_address": "08:12:a5:67:d2:30",
    "status": "FAILED",
    "status_details": (AlexaDeviceStatusDetail("DNS_FAILURE", "NETWORK_PROFILE"), AlexaDeviceStatusDetail("X", None)),
    "connection_status": "OFFLINE",
    "connection_status_updated_at": 1_700_000_000_123,
    "network_profile_arn": PROFILE,
    "network_profile_name": "Guests",
    "created_at": 1_600_000_000_000,
}
COMMON = {
    "DeviceArn": device_arn(HERE, "G090LF0001", ECHO),
    "DeviceSerialNumber": "G090LF0001",
    "DeviceType": ECHO,
    "DeviceName": "Front desk",
    "SoftwareVersion": "652",
    "MacAddress": "08:12:a5:67:d2:30",
    "DeviceStatus": "FAILED",
    "DeviceStatusInfo": {
        "DeviceStatusDetails": [{"Feature": "NETWORK_PROFILE", "Code": "DNS_FAILURE"}, {"Code": "X"}],
        "ConnectionStatus": "OFFLINE",
        "ConnectionStatusUpdatedTime": datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC),
    },
}


def test_arns_are_of_the_form_that_the_service_used() -> None:
    """The organization is the same for the life of an account in a region, and another one elsewhere."""
    arn = device_arn(HERE, "G090LF0001", ECHO)

    assert arn == f"arn:aws:a4b:us-east-1:123456789012:device/b82ad64822b00fe0d07d8ca5dea1c6bf/G090LF0001:{ECHO}"
    assert device_arn(ELSEWHERE, "G090LF0001", ECHO).split("/")[1] != arn.split("/")[1]


async def test_get_device_tells_all_of_a_device(fleet: Fleet) -> None:
    """GetDevice has the network profile as a structure, and neither the room's name nor the time of creation."""
    room = await fleet.room()
    arn = await fleet.device(**FULL, room_arn=room)

    answer = await fleet.call("GetDevice", DeviceArn=arn)

    assert answer == {
        "Device": {**COMMON, "RoomArn": room, "NetworkProfileInfo": {"NetworkProfileArn": PROFILE}},
    }


async def test_search_devices_tells_all_of_a_device(fleet: Fleet) -> None:
    """SearchDevices has the names of room and profile and the time of creation; beyond the wire all is told too."""
    room = await fleet.room()
    arn = await fleet.device(**FULL, room_arn=room)
    data = {
        **COMMON,
        "RoomArn": room,
        "RoomName": "Lobby",
        "NetworkProfileArn": PROFILE,
        "NetworkProfileName": "Guests",
        "CreatedTime": datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC),
    }

    assert await fleet.call("SearchDevices") == {"Devices": [data], "TotalCount": 1}
    found = await fleet.beyond("GetDeviceData", DeviceArn=arn, Source="hq")
    assert found == {"Device": alexa_answers.device("hq", data)}


async def test_what_a_device_lacks_is_left_out(fleet: Fleet) -> None:
    """No member is null or empty."""
    arn = await fleet.device(status=None)

    expected = {"DeviceArn": arn, "DeviceSerialNumber": "G090LF0001", "DeviceType": ECHO}
    assert await fleet.call("GetDevice", DeviceArn=arn) == {"Device": expected}
    assert await fleet.call("SearchDevices") == {"Devices": [expected], "TotalCount": 1}


async def test_many_devices_are_answered_at_once_each_for_itself(fleet: Fleet) -> None:
    """Answers stand in the order asked for; what is not there, or could not be, is a refusal of its own."""
    first, second = await fleet.device(1), await fleet.device(2)
    arns = (second, NOWHERE, first, second, "\0", "\ud800")
    asked = [{"DeviceArn": arn, "Source": "hq"} for arn in arns] + [{}]

    for operation in ("GetDevice", "GetDeviceData"):
        answers = await fleet.service.call_many(HERE, operation, asked)

        told = [one.code if isinstance(one, ServiceError) else _arn(one["Device"]) for one in answers]
        missing = "NotFoundException"
        assert told == [second, missing, first, second, missing, missing, missing]


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
        ("GetDevice", {}, "NotFoundException"),
        ("UpdateDevice", {"DeviceName": "New"}, "NotFoundException"),
        ("DeleteDevice", {}, "NotFoundException"),
        ("ListDeviceEvents", {}, "NotFoundException"),
        ("StartDeviceSync", {"Features": ["ALL"]}, "DeviceNotRegisteredException"),
        ("DisassociateDeviceFromRoom", {}, "DeviceNotRegisteredException"),
    ],
)
async def test_a_device_of_nobody_here_is_refused(
    fleet: Fleet, operation: str, params: dict[str, object], code: str
) -> None:
    """A device of another account, of another region, or of nobody: all the same."""
    for arn in (await fleet.device(tenant=NEIGHBOUR), await fleet.device(tenant=ELSEWHERE), NOWHERE):
        await fleet.refused(code, operation, DeviceArn=arn, **params)


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
        ("GetDevice", {}, "NotFoundException"),
        ("UpdateDevice", {"DeviceName": "New"}, "NotFoundException"),
        ("DeleteDevice", {}, "ValidationException"),
        ("StartDeviceSync", {"Features": ["ALL"]}, "ValidationException"),
        ("AssociateDeviceWithRoom", {"RoomArn": NOWHERE}, "ValidationException"),
        ("AssociateDeviceWithRoom", {"DeviceArn": NOWHERE}, "ValidationException"),
        ("DisassociateDeviceFromRoom", {}, "ValidationException"),
    ],
)
async def test_an_arn_left_out_stands_for_nothing(
    fleet: Fleet, operation: str, params: dict[str, object], code: str
) -> None:
    """Where the model lets an ARN be left out, the answer is a refusal that SDKs know."""
    await fleet.device()

    await fleet.refused(code, operation, **params)


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("UpdateDevice", {"DeviceName": "New"}),
        ("StartDeviceSync", {"Features": ["ALL"]}),
        ("DisassociateDeviceFromRoom", {}),
        ("AssociateDeviceWithRoom", {}),
    ],
)
async def test_a_deregistered_device_is_not_managed(fleet: Fleet, operation: str, params: dict[str, object]) -> None:
    """A device that was reset to its factory state can be seen, and nothing else."""
    room = await fleet.room()
    arn = await fleet.device(status="DEREGISTERED", room_arn=room)
    place = {"RoomArn": room} if operation == "AssociateDeviceWithRoom" else {}

    await fleet.refused("DeviceNotRegisteredException", operation, DeviceArn=arn, **params, **place)
    assert (await fleet.call("GetDevice", DeviceArn=arn))["Device"]["DeviceStatus"] == "DEREGISTERED"


async def test_update_device_gives_a_name(fleet: Fleet) -> None:
    """A new name is shown, found and logged; without one nothing happens."""
    arn = await fleet.device(name="Old")

    assert await fleet.call("UpdateDevice", DeviceArn=arn, DeviceName="Café 😀") == {}
    assert await fleet.call("UpdateDevice", DeviceArn=arn) == {}
    found = await fleet.call("SearchDevices", Filters=[{"Key": "DeviceName", "Values": ["CAFE\u0301 😀"]}])
    assert [device["DeviceName"] for device in found["Devices"]] == ["Café 😀"]
    assert await fleet.log() == [(HERE, arn, ChangeKind.ADDED), (HERE, arn, ChangeKind.CHANGED)]


async def test_delete_device_leaves_nothing_of_it(fleet: Fleet) -> None:
    """Its tags, events and status details go with it; the neighbours keep theirs."""
    arn, other = await fleet.device(1, **FULL), await fleet.device(2, **FULL)
    for one in (arn, other):
        await fleet.call("TagResource", Arn=one, Tags=[{"Key": "a", "Value": "b"}])
        await fleet.call("StartDeviceSync", DeviceArn=one, Features=["ALL"])

    assert await fleet.call("DeleteDevice", DeviceArn=arn) == {}
    rows = await fleet.everything()
    left = {table: len(rows[table]) for table in ("alexa_devices", "alexa_status_details", "tags", "events")}
    assert left == {"alexa_devices": 1, "alexa_status_details": 1, "tags": 1, "events": 1}
    assert (await fleet.log())[-1] == (HERE, arn, ChangeKind.REMOVED)
    await fleet.refused("NotFoundException", "DeleteDevice", DeviceArn=arn)


@pytest.mark.parametrize(
    ("connection", "status", "details"),
    [
        ("ONLINE", "READY", None),
        (
            "OFFLINE",
            "WAS_OFFLINE",
            [
                {"Feature": "VOLUME", "Code": "DEVICE_WAS_OFFLINE"},
                {"Feature": "LISTS", "Code": "DEVICE_WAS_OFFLINE"},
            ],
        ),
    ],
)
async def test_sync_of_a_device(
    fleet: Fleet, connection: str, status: str, details: list[dict[str, str]] | None
) -> None:
    """An online device is ready at once; any other has been offline, and its features say so. An event tells of it."""
    arn = await fleet.device(**{**FULL, "connection_status": connection})

    answer = await fleet.call("StartDeviceSync", DeviceArn=arn, Features=["VOLUME", "LISTS", "VOLUME"])

    device = (await fleet.call("GetDevice", DeviceArn=arn))["Device"]
    assert answer == {}
    assert device["DeviceStatus"] == status
    assert device["DeviceStatusInfo"].get("DeviceStatusDetails") == details
    events = await fleet.call("ListDeviceEvents", DeviceArn=arn)
    at = datetime(2024, 5, 17, 9, 30, tzinfo=UTC)
    assert events == {"DeviceEvents": [{"Type": "DEVICE_STATUS", "Value": status, "Timestamp": at}]}
    assert await fleet.log() == [(HERE, arn, kind) for kind in (ChangeKind.ADDED, ChangeKind.CHANGED, ChangeKind.EVENT)]


async def test_the_same_sync_in_one_moment_is_one_event(fleet: Fleet) -> None:
    """What is reported twice is kept once, and told once to who follows the change log."""
    arn = await fleet.device()
    for _ in range(2):
        await fleet.call("StartDeviceSync", DeviceArn=arn, Features=["ALL"])

    kinds = [ChangeKind.ADDED, ChangeKind.CHANGED, ChangeKind.EVENT, ChangeKind.CHANGED]
    assert await fleet.log() == [(HERE, arn, kind) for kind in kinds]
    assert len((await fleet.call("ListDeviceEvents", DeviceArn=arn))["DeviceEvents"]) == 1


async def test_sync_of_a_room(fleet: Fleet) -> None:
    """Every device in the room is synced but the deregistered ones, and no other device."""
    room = await fleet.room()
    inside = [await fleet.device(number, room_arn=room, status="PENDING") for number in (1, 2)]
    gone = await fleet.device(3, room_arn=room, status="DEREGISTERED")
    outside = await fleet.device(4, status="PENDING")

    await fleet.call("StartDeviceSync", RoomArn=room, Features=["ALL"])

    found = await fleet.call("SearchDevices")
    assert {device["DeviceArn"]: device["DeviceStatus"] for device in found["Devices"]} == {
        inside[0]: "WAS_OFFLINE",
        inside[1]: "WAS_OFFLINE",
        gone: "DEREGISTERED",
        outside: "PENDING",
    }
    await fleet.refused("ValidationException", "StartDeviceSync", RoomArn=room, DeviceArn=outside, Features=["ALL"])
    await fleet.refused("NotFoundException", "StartDeviceSync", RoomArn=NOWHERE, Features=["ALL"])


async def test_connection_reports_count_once_and_in_their_own_time(fleet: Fleet) -> None:
    """A report that comes twice is kept once; one that comes late is an event, and not the status."""
    arn = await fleet.device()
    database = fleet.service.context.database
    for status, at in (("ONLINE", 2_000), ("ONLINE", 2_000), ("OFFLINE", 1_000)):
        assert await database.write(
            lambda connection, status=status, at=at: set_connection_status(connection, HERE, arn, status, at)
        )
    unknown = await database.write(lambda connection: set_connection_status(connection, HERE, NOWHERE, "ONLINE", 1))

    device = (await fleet.call("GetDevice", DeviceArn=arn))["Device"]
    assert not unknown
    assert device["DeviceStatusInfo"] == {
        "ConnectionStatus": "ONLINE",
        "ConnectionStatusUpdatedTime": datetime(1970, 1, 1, 0, 0, 2, tzinfo=UTC),
    }
    kinds = [ChangeKind.ADDED, ChangeKind.CHANGED, ChangeKind.EVENT, ChangeKind.EVENT]
    assert await fleet.log() == [(HERE, arn, kind) for kind in kinds]


async def test_a_device_is_added_once(fleet: Fleet) -> None:
    """A second device of the same ARN changes nothing."""
    arn = await fleet.device(name="First")
    before = await fleet.everything()

    with pytest.raises(AssertionError):
        await fleet.add(new_device(name="Second"))
    assert (await fleet.call("GetDevice", DeviceArn=arn))["Device"]["DeviceName"] == "First"
    assert await fleet.everything() == before


def _arn(device: AlexaDevice | Mapping[str, str]) -> str:
    return device.arn if isinstance(device, AlexaDevice) else device["DeviceArn"]
