import asyncio

import pytest

from gateway.services.alexa import rooms
from gateway.services.alexa.arns import device_arn, new_room_arn, organization
from gateway.store.changes import ChangeKind
from gateway.store.rooms import StoredRoom, add_room
from gateway.wire.errors import ServiceError
from tests.services.alexa.fleet import ECHO, ELSEWHERE, HERE, NEIGHBOUR, TOKEN, Fleet

PROFILE = "arn:aws:a4b:us-east-1:123456789012:profile/1/2"
NOWHERE = new_room_arn(HERE)
FULL = {"Description": "By the door", "ProviderCalendarId": "lobby@example.org", "ProfileArn": PROFILE}


async def test_create_room_and_read_it_back(fleet: Fleet) -> None:
    """GetRoom and SearchRooms tell what CreateRoom was given, and its tags are there."""
    arn = await fleet.room("Lobby", **FULL, Tags=[{"Key": "floor", "Value": "0"}])

    expected = {"RoomArn": arn, "RoomName": "Lobby", **FULL}
    assert arn.startswith(f"arn:aws:a4b:us-east-1:123456789012:room/{organization(HERE)}/")
    assert await fleet.call("GetRoom", RoomArn=arn) == {"Room": expected}
    assert await fleet.call("SearchRooms") == {"Rooms": [expected], "TotalCount": 1}
    assert await fleet.call("ListTags", Arn=arn) == {"Tags": [{"Key": "floor", "Value": "0"}]}


async def test_many_rooms_are_answered_at_once(fleet: Fleet) -> None:
    """Answers stand in the order asked for; a room that is not there is a refusal of its own."""
    first, second = await fleet.room("1"), await fleet.room("2")
    asked = [{"RoomArn": second}, {"RoomArn": NOWHERE}, {"RoomArn": first}, {}]

    answers = await fleet.service.call_many(HERE, "GetRoom", asked)

    told = [one.code if isinstance(one, ServiceError) else one["Room"]["RoomName"] for one in answers]
    assert told == ["2", "NotFoundException", "1", "NotFoundException"]


async def test_room_names_are_unique_in_an_account(fleet: Fleet) -> None:
    """A second room of the very same name is refused; another account or another spelling has its own."""
    await fleet.room("Lobby")
    await fleet.room("Lobby", NEIGHBOUR)
    await fleet.room("Lobby", ELSEWHERE)
    await fleet.room("lobby")

    await fleet.refused("AlreadyExistsException", "CreateRoom", RoomName="Lobby")


async def test_create_room_with_the_same_token_makes_one_room(fleet: Fleet) -> None:
    """A repeated request gets the same room; another request, or another account, with that token does not."""
    arn = await fleet.room("Lobby", ClientRequestToken=TOKEN)
    rows = await fleet.everything()

    assert await fleet.room("Lobby", ClientRequestToken=TOKEN) == arn
    assert await fleet.everything() == rows
    await fleet.refused("AlreadyExistsException", "CreateRoom", RoomName="Attic", ClientRequestToken=TOKEN)
    assert await fleet.room("Attic", NEIGHBOUR, ClientRequestToken=TOKEN) != arn


async def test_equal_requests_at_once_make_one_room(fleet: Fleet) -> None:
    """Whoever sends a request again before it was answered gets the same room."""
    arns = await asyncio.gather(*(fleet.room("Lobby", ClientRequestToken=TOKEN) for _ in range(4)))

    assert len(set(arns)) == 1
    assert (await fleet.call("SearchRooms"))["TotalCount"] == 1


async def test_an_account_has_a_limit_of_rooms(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """The room beyond the limit is refused, also when two come at once; the neighbour's rooms do not count."""
    monkeypatch.setattr(rooms, "MAX_ROOMS", 2)
    await fleet.room("1", NEIGHBOUR)
    await fleet.room("1")

    answers = await asyncio.gather(*(fleet.room(name) for name in ("2", "3")), return_exceptions=True)

    assert sorted(answer.code for answer in answers if isinstance(answer, ServiceError)) == ["LimitExceededException"]
    await fleet.refused("LimitExceededException", "CreateRoom", RoomName="4")


@pytest.mark.parametrize("operation", ["GetRoom", "UpdateRoom", "DeleteRoom"])
async def test_a_room_of_nobody_here_is_not_found(fleet: Fleet, operation: str) -> None:
    """A room of another account or region, of nobody, or an ARN left out: all the same."""
    for arn in (await fleet.room(tenant=NEIGHBOUR), await fleet.room(tenant=ELSEWHERE), NOWHERE):
        await fleet.refused("NotFoundException", operation, RoomArn=arn)
    await fleet.refused("NotFoundException", operation)


async def test_update_room_changes_what_is_given(fleet: Fleet) -> None:
    """What is not given stays; the room's devices show its new name and are logged as changed."""
    arn = await fleet.room("Lobby", **FULL)
    device = await fleet.device(room_arn=arn)
    assert await fleet.call("UpdateRoom", RoomArn=arn, Description="Upstairs") == {}
    logged = len(await fleet.log())
    await fleet.call("UpdateRoom", RoomArn=arn, RoomName="ATTIC", ProviderCalendarId="")

    expected = {"RoomArn": arn, "RoomName": "ATTIC", **FULL, "Description": "Upstairs", "ProviderCalendarId": ""}
    assert await fleet.call("GetRoom", RoomArn=arn) == {"Room": expected}
    found = await fleet.call("SearchDevices", Filters=[{"Key": "RoomName", "Values": ["attic"]}])
    assert [one["RoomName"] for one in found["Devices"]] == ["ATTIC"]
    assert logged == 1
    assert (await fleet.log())[1:] == [(HERE, device, ChangeKind.CHANGED)]


async def test_a_new_profile_has_no_name_yet(fleet: Fleet) -> None:
    """The name of a room's profile stays with the profile."""
    room = StoredRoom(NOWHERE, "Lobby", profile_arn=PROFILE, profile_name="Quiet")
    await fleet.service.context.database.write(lambda connection: add_room(connection, HERE, room))
    names = []
    for profile in (PROFILE, PROFILE + "3"):
        await fleet.call("UpdateRoom", RoomArn=NOWHERE, ProfileArn=profile)
        names.append((await fleet.call("SearchRooms"))["Rooms"][0].get("ProfileName"))

    assert names == ["Quiet", None]


async def test_update_room_to_another_rooms_name_is_refused(fleet: Fleet) -> None:
    """Its own name is no other room's."""
    arn = await fleet.room("Lobby")
    await fleet.room("Attic")

    await fleet.refused("NameInUseException", "UpdateRoom", RoomArn=arn, RoomName="Attic")
    assert await fleet.call("UpdateRoom", RoomArn=arn, RoomName="Lobby") == {}


async def test_delete_room_sets_its_devices_free(fleet: Fleet) -> None:
    """The devices are in no room then, and logged as changed; the room's tags are gone."""
    arn, other = await fleet.room("Lobby", Tags=[{"Key": "a", "Value": ""}]), await fleet.room("Attic")
    device = await fleet.device(1, room_arn=arn)
    await fleet.device(2, room_arn=other)

    assert await fleet.call("DeleteRoom", RoomArn=arn) == {}
    await fleet.refused("NotFoundException", "GetRoom", RoomArn=arn)
    await fleet.refused("NotFoundException", "ListTags", Arn=arn)
    free = await fleet.call("SearchDevices", Filters=[{"Key": "UnassociatedOnly", "Values": ["true"]}])
    assert [one["DeviceArn"] for one in free["Devices"]] == [device]
    assert "RoomName" not in free["Devices"][0]
    assert (await fleet.everything())["tags"] == []
    assert (await fleet.log())[2:] == [(HERE, device, ChangeKind.CHANGED)]


async def test_devices_move_between_rooms(fleet: Fleet) -> None:
    """A device is in one room at a time; being put where it is, or taken out of nothing, changes nothing."""
    lobby, attic = await fleet.room("Lobby"), await fleet.room("Attic")
    arn = await fleet.device()
    for room in (lobby, attic, attic):
        assert await fleet.call("AssociateDeviceWithRoom", DeviceArn=arn, RoomArn=room) == {}
    inside = await fleet.call("GetDevice", DeviceArn=arn)
    for _ in range(2):
        assert await fleet.call("DisassociateDeviceFromRoom", DeviceArn=arn) == {}

    assert inside["Device"]["RoomArn"] == attic
    assert "RoomArn" not in (await fleet.call("GetDevice", DeviceArn=arn))["Device"]
    assert await fleet.log() == [(HERE, arn, ChangeKind.ADDED)] + [(HERE, arn, ChangeKind.CHANGED)] * 3


async def test_a_room_takes_ten_devices(fleet: Fleet) -> None:
    """The eleventh is refused, also when two come at once; one that is in the room already may stay."""
    room = await fleet.room()
    inside = [await fleet.device(number, room_arn=room) for number in range(9)]
    late = [await fleet.device(number) for number in (10, 11)]

    calls = [fleet.call("AssociateDeviceWithRoom", DeviceArn=arn, RoomArn=room) for arn in late]
    answers = await asyncio.gather(*calls, return_exceptions=True)

    assert sorted(answer.code for answer in answers if isinstance(answer, ServiceError)) == ["LimitExceededException"]
    assert await fleet.call("AssociateDeviceWithRoom", DeviceArn=inside[0], RoomArn=room) == {}
    extra = await fleet.device(12)
    await fleet.refused("LimitExceededException", "AssociateDeviceWithRoom", DeviceArn=extra, RoomArn=room)


async def test_association_needs_a_device_and_a_room_of_the_account(fleet: Fleet) -> None:
    """Nothing of a neighbour's can be put together with one's own."""
    room, device = await fleet.room(), await fleet.device()
    foreign_room = await fleet.room(tenant=NEIGHBOUR)
    foreign_device = await fleet.device(2, NEIGHBOUR)
    ours = device_arn(HERE, "NOBODY", ECHO)

    for arn in (foreign_device, ours):
        code = "DeviceNotRegisteredException"
        await fleet.refused(code, "AssociateDeviceWithRoom", DeviceArn=arn, RoomArn=room)
    for arn in (foreign_room, NOWHERE):
        await fleet.refused("NotFoundException", "AssociateDeviceWithRoom", DeviceArn=device, RoomArn=arn)


async def test_delete_and_association_at_once_leave_no_device_in_a_missing_room(fleet: Fleet) -> None:
    """Whichever wins: the device is in no room, or the room is still there."""
    room, device = await fleet.room(), await fleet.device()

    await asyncio.gather(
        fleet.call("AssociateDeviceWithRoom", DeviceArn=device, RoomArn=room),
        fleet.call("DeleteRoom", RoomArn=room),
        return_exceptions=True,
    )

    assert "RoomArn" not in (await fleet.call("GetDevice", DeviceArn=device))["Device"]
