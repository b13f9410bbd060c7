import pytest

from tests.clients.account import Account

MISSING = "arn:aws:a4b:us-east-1:123456789012:room/0123456789abcdef0123456789abcdef/0123456789abcdef0123456789abcdef"
PROFILE = "arn:aws:a4b:us-east-1:123456789012:profile/x/y"
TOKEN = "token-0123456789"


def room(account: Account, name: str = "Lobby", **params: object) -> str:
    arn: str = account.alexa("CreateRoom", RoomName=name, **params)["RoomArn"]
    return arn


def room_of(account: Account, device: str) -> object:
    return account.alexa("GetDevice", DeviceArn=device)["Device"].get("RoomArn")


def test_a_room_is_made_read_and_changed(account: Account) -> None:
    """What UpdateRoom does not name stays as it was."""
    arn = room(
        account, "Küche", Description="Ground floor", ProviderCalendarId="kueche@example.com", ProfileArn=PROFILE
    )

    answer = account.alexa("UpdateRoom", RoomArn=arn, RoomName="Große Küche")

    assert answer == {}
    assert account.alexa("GetRoom", RoomArn=arn) == {
        "Room": {
            "RoomArn": arn,
            "RoomName": "Große Küche",
            "Description": "Ground floor",
            "ProviderCalendarId": "kueche@example.com",
            "ProfileArn": PROFILE,
        }
    }


def test_a_deleted_room_lets_go_of_its_devices(account: Account) -> None:
    """The room is gone, the device is in none."""
    arn, echo = room(account), account.echo()
    account.alexa("AssociateDeviceWithRoom", DeviceArn=echo, RoomArn=arn)

    answer = account.alexa("DeleteRoom", RoomArn=arn)

    assert answer == {}
    assert room_of(account, echo) is None
    for operation in ("GetRoom", "UpdateRoom", "DeleteRoom"):
        account.alexa_refuses("NotFoundException", operation, RoomArn=arn)


def test_a_device_moves_from_room_to_room(account: Account) -> None:
    """It is in one at most; taking it out twice is no error."""
    lobby, kitchen, echo = room(account), room(account, "Kitchen"), account.echo()

    answers = [account.alexa("AssociateDeviceWithRoom", DeviceArn=echo, RoomArn=arn) for arn in (lobby, kitchen)]
    rooms = [room_of(account, echo)]
    answers += [account.alexa("DisassociateDeviceFromRoom", DeviceArn=echo) for _ in range(2)]
    rooms += [room_of(account, echo)]

    assert answers == [{}] * 4
    assert rooms == [kitchen, None]


def test_a_room_holds_ten_devices(account: Account) -> None:
    """The eleventh stays where it is; one that is in the room already may be put there again."""
    arn, echoes = room(account), [account.echo() for _ in range(11)]
    for echo in echoes[:10]:
        account.alexa("AssociateDeviceWithRoom", DeviceArn=echo, RoomArn=arn)

    account.alexa_refuses("LimitExceededException", "AssociateDeviceWithRoom", DeviceArn=echoes[10], RoomArn=arn)

    account.alexa("AssociateDeviceWithRoom", DeviceArn=echoes[0], RoomArn=arn)


def test_a_room_needs_a_name_of_its_own(account: Account, neighbour: Account) -> None:
    """In its account: a neighbour may have a room of the same name."""
    first, second = room(account), room(account, "Kitchen")

    account.alexa_refuses("AlreadyExistsException", "CreateRoom", RoomName="Lobby")
    account.alexa_refuses("NameInUseException", "UpdateRoom", RoomArn=second, RoomName="Lobby")

    account.alexa("UpdateRoom", RoomArn=first, RoomName="Lobby")
    room(neighbour)


def test_a_request_that_comes_again_makes_no_second_room(account: Account) -> None:
    """With the same token it is the same room; with the token of another request it is refused."""
    arn = room(account, ClientRequestToken=TOKEN)

    assert room(account, ClientRequestToken=TOKEN) == arn
    account.alexa_refuses("AlreadyExistsException", "CreateRoom", RoomName="Kitchen", ClientRequestToken=TOKEN)
    assert account.alexa("SearchRooms")["TotalCount"] == 1


def test_a_room_is_made_with_its_tags_or_not_at_all(account: Account) -> None:
    """Fifty tags at most."""
    tags = [{"Key": f"key {number}", "Value": ""} for number in range(51)]

    account.alexa_refuses("LimitExceededException", "CreateRoom", RoomName="Lobby", Tags=tags)

    arn = room(account, Tags=tags[:1])
    assert account.alexa("ListTags", Arn=arn) == {"Tags": tags[:1]}


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"RoomName": ""},
        {"RoomName": "x" * 101},
        {"RoomName": "bell\a"},
        {"RoomName": "Lobby", "Description": ""},
        {"RoomName": "Lobby", "ProfileArn": "rubbish"},
        {"RoomName": "Lobby", "ProviderCalendarId": "x" * 101},
        {"RoomName": "Lobby", "ClientRequestToken": "short"},
        {"RoomName": "Lobby", "Tags": [{"Key": "a!", "Value": ""}]},
        {"RoomName": "Lobby", "Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]},
    ],
)
def test_a_room_has_its_limits(account: Account, params: dict[str, object]) -> None:
    """The model's lengths and patterns, and no tag twice."""
    account.alexa_refuses("ValidationException", "CreateRoom", **params)


def test_only_the_owner_reaches_a_room(account: Account, neighbour: Account) -> None:
    """An unknown room and a neighbour's are not found, and no device goes into them."""
    echo = account.echo()

    for arn in (MISSING, room(neighbour)):
        for operation in ("GetRoom", "UpdateRoom", "DeleteRoom"):
            account.alexa_refuses("NotFoundException", operation, RoomArn=arn)
        account.alexa_refuses("NotFoundException", "AssociateDeviceWithRoom", DeviceArn=echo, RoomArn=arn)
        account.alexa_refuses("NotFoundException", "StartDeviceSync", RoomArn=arn, Features=["ALL"])


def test_both_ends_of_an_association_must_be_given(account: Account) -> None:
    """The one that is missing is named."""
    device = account.alexa_refuses("ValidationException", "AssociateDeviceWithRoom", RoomArn=room(account))
    lobby = account.alexa_refuses("ValidationException", "AssociateDeviceWithRoom", DeviceArn=account.echo())
    account.alexa_refuses("ValidationException", "DisassociateDeviceFromRoom")

    assert ("DeviceArn" in device["message"], "RoomArn" in lobby["message"]) == (True, True)
