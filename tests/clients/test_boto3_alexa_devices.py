from datetime import UTC, datetime

import pytest

from gateway.model.device import AlexaDeviceStatusDetail
from tests.clients.account import ECHO, Account

MISSING = "arn:aws:a4b:us-east-1:123456789012:device/0123456789abcdef0123456789abcdef/G090LF0000:A238TWV36W3S92"
UPDATED = datetime(2024, 5, 17, 9, 30, 0, 250_000, tzinfo=UTC)


def device(account: Account, arn: str) -> dict[str, object]:
    found: dict[str, object] = account.alexa("GetDevice", DeviceArn=arn)["Device"]
    return found


def test_a_device_is_told_with_all_it_has(account: Account) -> None:
    """Every member that the service knows of a device, times in milliseconds."""
    arn = account.echo(
        "Küche",
        software_version="647588720",
        mac_address="00:11:22:33:44:55",
        status="WAS_OFFLINE",
        status_details=(AlexaDeviceStatusDetail("DEVICE_WAS_OFFLINE", "VOLUME"),),
        connection_status="OFFLINE",
        connection_status_updated_at=round(UPDATED.timestamp() * 1000),
        network_profile_arn="arn:aws:a4b:us-east-1:123456789012:network-profile/x/y",
    )

    assert device(account, arn) == {
        "DeviceArn": arn,
        "DeviceSerialNumber": arn.partition(":device/")[2].split("/")[1].split(":")[0],
        "DeviceType": ECHO,
        "DeviceName": "Küche",
        "SoftwareVersion": "647588720",
        "MacAddress": "00:11:22:33:44:55",
        "DeviceStatus": "WAS_OFFLINE",
        "DeviceStatusInfo": {
            "DeviceStatusDetails": [{"Feature": "VOLUME", "Code": "DEVICE_WAS_OFFLINE"}],
            "ConnectionStatus": "OFFLINE",
            "ConnectionStatusUpdatedTime": UPDATED,
        },
        "NetworkProfileInfo": {"NetworkProfileArn": "arn:aws:a4b:us-east-1:123456789012:network-profile/x/y"},
    }


def test_a_device_is_renamed(account: Account) -> None:
    """UpdateDevice answers nothing and changes the name alone; without a name it changes nothing."""
    arn = account.echo("Küche")

    answer = account.alexa("UpdateDevice", DeviceArn=arn, DeviceName="会議室")

    assert answer == {}
    assert device(account, arn)["DeviceName"] == "会議室"
    account.alexa("UpdateDevice", DeviceArn=arn)
    assert device(account, arn)["DeviceName"] == "会議室"


@pytest.mark.parametrize("name", ["", "x", "x" * 101, "bell\a"])
def test_a_name_beyond_its_limits_is_refused(account: Account, name: str) -> None:
    """2 to 100 characters, none of them a control character."""
    error = account.alexa_refuses("ValidationException", "UpdateDevice", DeviceArn=account.echo(), DeviceName=name)

    assert "DeviceName" in error["message"]


def test_a_deleted_device_is_gone(account: Account) -> None:
    """With its tags, and out of its room; to delete it again finds nothing."""
    room = account.alexa("CreateRoom", RoomName="Lobby")["RoomArn"]
    arn = account.echo()
    account.alexa("TagResource", Arn=arn, Tags=[{"Key": "floor", "Value": "2"}])
    account.alexa("AssociateDeviceWithRoom", DeviceArn=arn, RoomArn=room)

    answer = account.alexa("DeleteDevice", DeviceArn=arn)

    assert answer == {}
    account.alexa_refuses("NotFoundException", "GetDevice", DeviceArn=arn)
    account.alexa_refuses("NotFoundException", "ListTags", Arn=arn)
    account.alexa_refuses("NotFoundException", "DeleteDevice", DeviceArn=arn)
    assert account.alexa("SearchDevices")["TotalCount"] == 0


def test_a_sync_makes_an_online_device_ready(account: Account) -> None:
    """One that is offline is told to have missed what was to be synced."""
    online = account.echo(status="PENDING", connection_status="ONLINE")
    offline = account.echo(connection_status="OFFLINE")

    answers = [account.alexa("StartDeviceSync", DeviceArn=arn, Features=["VOLUME"]) for arn in (online, offline)]

    assert answers == [{}, {}]
    assert device(account, online)["DeviceStatus"] == "READY"
    assert device(account, offline)["DeviceStatus"] == "WAS_OFFLINE"


def test_a_sync_of_a_room_reaches_all_that_is_in_it(account: Account) -> None:
    """And nothing beside it."""
    room = account.alexa("CreateRoom", RoomName="Lobby")["RoomArn"]
    inside, outside = (account.echo(status="PENDING", connection_status="ONLINE") for _ in range(2))
    account.alexa("AssociateDeviceWithRoom", DeviceArn=inside, RoomArn=room)

    account.alexa("StartDeviceSync", RoomArn=room, Features=["ALL"])

    assert [device(account, arn)["DeviceStatus"] for arn in (inside, outside)] == ["READY", "PENDING"]


def test_a_sync_needs_a_device_or_a_room_and_known_features(account: Account) -> None:
    """Each of them is named in the refusal."""
    arn = account.echo()

    account.alexa_refuses("ValidationException", "StartDeviceSync", Features=["ALL"])
    missing = account.alexa_refuses("ValidationException", "StartDeviceSync", DeviceArn=arn)
    unknown = account.alexa_refuses("ValidationException", "StartDeviceSync", DeviceArn=arn, Features=["DANCE"])

    assert ("Features" in missing["message"], "DANCE" in unknown["message"]) == (True, True)


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
        ("GetDevice", {}, "NotFoundException"),
        ("UpdateDevice", {"DeviceName": "Lobby"}, "NotFoundException"),
        ("DeleteDevice", {}, "NotFoundException"),
        ("ListDeviceEvents", {}, "NotFoundException"),
        ("StartDeviceSync", {"Features": ["ALL"]}, "DeviceNotRegisteredException"),
        ("AssociateDeviceWithRoom", {}, "DeviceNotRegisteredException"),
        ("DisassociateDeviceFromRoom", {}, "DeviceNotRegisteredException"),
    ],
)
def test_only_the_owner_reaches_a_device(
    account: Account, neighbour: Account, operation: str, params: dict[str, object], code: str
) -> None:
    """An unknown device and a neighbour's are the same to everybody else; what is no ARN is refused as such."""
    if operation == "AssociateDeviceWithRoom":
        params = {"RoomArn": account.alexa("CreateRoom", RoomName="Lobby")["RoomArn"]}

    unknown = account.alexa_refuses(code, operation, DeviceArn=MISSING, **params)
    theirs = account.alexa_refuses(code, operation, DeviceArn=neighbour.echo(), **params)

    assert unknown["message"] == theirs["message"]
    account.alexa_refuses("ValidationException", operation, DeviceArn="rubbish", **params)


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("UpdateDevice", {"DeviceName": "Lobby"}),
        ("StartDeviceSync", {"Features": ["ALL"]}),
        ("DisassociateDeviceFromRoom", {}),
        ("AssociateDeviceWithRoom", {}),
    ],
)
def test_a_deregistered_device_cannot_be_changed(account: Account, operation: str, params: dict[str, object]) -> None:
    """It can still be read and deleted."""
    arn = account.echo(status="DEREGISTERED")
    if operation == "AssociateDeviceWithRoom":
        params = {"RoomArn": account.alexa("CreateRoom", RoomName="Lobby")["RoomArn"]}

    account.alexa_refuses("DeviceNotRegisteredException", operation, DeviceArn=arn, **params)

    assert device(account, arn)["DeviceStatus"] == "DEREGISTERED"
    account.alexa("DeleteDevice", DeviceArn=arn)
