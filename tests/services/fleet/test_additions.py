"""What is added to a fleet by hand, and what is done to it."""

from collections.abc import Awaitable
from typing import Any

import pytest

from gateway.services.context import ServiceContext
from gateway.services.device_secrets import Echo, find_echo, is_button
from gateway.services.fleet.additions import (
    ECHO_TYPE,
    add_button,
    add_echo,
    add_room,
    add_unclaimed_button,
    add_user,
    new_button_id,
    new_serial_number,
)
from gateway.services.fleet.claim_codes import make_claim_code, new_code
from gateway.services.fleet.device_secret import issue_secret
from gateway.services.fleet.presses import Press, press
from gateway.services.fleet.refusal import FleetRefusal
from gateway.services.ingest import ClickType, UnknownDeviceError
from gateway.store.alexa_devices import NewAlexaDevice, add_device
from gateway.wire.errors import ServiceError
from tests.services.fleet.whole_fleet import BOTH, BUTTONS, ECHOES, NEIGHBOUR, buttons_call, echoes_call, everything

BUTTON = "G030PM0000000001"
CODE = "C-123EXAMPLE"


async def echo(context: ServiceContext, serial: str = "G1", **members: Any) -> str:  # noqa: ANN401 - of add_echo
    given = {"device_type": ECHO_TYPE, "name": None, "room": None, "online": True, **members}
    return await add_echo(context, ECHOES, serial, **given)


async def refused(context: ServiceContext, told: str, work: Awaitable[object]) -> None:
    """It is refused with those words, and nothing is changed."""
    before = await everything(context)
    with pytest.raises((FleetRefusal, ServiceError, UnknownDeviceError)) as refusal:
        await work

    assert told in str(refusal.value)
    assert await everything(context) == before


async def test_a_button_is_added_claimed(context: ServiceContext) -> None:
    """Named and tagged, with a full battery, and in the log."""
    arn = await add_button(context, BUTTONS, BUTTON, {"Name": "Back door", "floor": "1"}, enabled=True)
    described = (await buttons_call(context, "DescribeDevice", DeviceId=BUTTON))["DeviceDescription"]

    assert described == {
        "Arn": arn,
        "Attributes": {},
        "DeviceId": BUTTON,
        "Enabled": True,
        "RemainingLife": 1.0,
        "Type": "button",
        "Tags": {"Name": "Back door", "floor": "1"},
    }
    assert [row[5:7] for row in (await everything(context))["changes"]] == [(BUTTON, "ADDED")]
    await refused(context, "already", add_button(context, BUTTONS, BUTTON, {}, enabled=True))
    await refused(context, "already", add_unclaimed_button(context, BUTTON))


@pytest.mark.parametrize("device_id", ["", "a b", "ä", "x/y", "-x", "\0", "x" * 129])
async def test_a_malformed_device_id_is_refused(context: ServiceContext, device_id: str) -> None:
    """It could not be asked for."""
    await refused(context, "is no device id", add_button(context, BUTTONS, device_id, {}, enabled=True))
    await refused(context, "is no device id", add_unclaimed_button(context, device_id))
    await refused(context, "is no device id", make_claim_code(context, CODE, [device_id]))


async def test_tags_have_their_limits_here_too(context: ServiceContext) -> None:
    """What TagResource would refuse is refused."""
    await refused(context, "128", add_button(context, BUTTONS, BUTTON, {"k" * 129: ""}, enabled=True))
    await refused(context, "256", add_button(context, BUTTONS, BUTTON, {"k": "v" * 257}, enabled=True))
    many = {str(number): "" for number in range(51)}
    await refused(context, "50 tags", add_button(context, BUTTONS, BUTTON, many, enabled=True))


async def test_a_press_tells_what_became_of_it(context: ServiceContext) -> None:
    """From the shop to the owner's events."""
    await add_unclaimed_button(context, BUTTON)
    in_shop = await press(context, BUTTON, ClickType.SINGLE)
    await buttons_call(context, "InitiateDeviceClaim", DeviceId=BUTTON)
    for_claim = await press(context, BUTTON, ClickType.SINGLE)
    await buttons_call(context, "FinalizeDeviceClaim", DeviceId=BUTTON)
    disabled = await press(context, BUTTON, ClickType.SINGLE)
    await buttons_call(context, "UpdateDeviceState", DeviceId=BUTTON, Enabled=True)
    kept = await press(context, BUTTON, ClickType.LONG)

    assert (in_shop, for_claim, disabled, kept) == (
        Press.UNCLAIMED,
        Press.COUNTED_FOR_CLAIM,
        Press.DISABLED,
        Press.KEPT,
    )
    await refused(context, "nobody", press(context, "nobody", ClickType.SINGLE))


async def test_an_echo_is_added_to_a_room(context: ServiceContext) -> None:
    """It is in the room, and has told of its connection."""
    room_arn = await add_room(context, ECHOES, "Küche", "downstairs")
    arn = await echo(context, name="Küche Echo", room="Küche", online=False)
    (found,) = (await echoes_call(context, "SearchDevices"))["Devices"]
    room = (await echoes_call(context, "GetRoom", RoomArn=room_arn))["Room"]

    assert found["DeviceArn"] == arn
    assert found["DeviceName"] == "Küche Echo"
    assert (found["RoomArn"], found["RoomName"]) == (room_arn, "Küche")
    assert found["DeviceStatusInfo"]["ConnectionStatus"] == "OFFLINE"
    assert room["Description"] == "downstairs"
    await refused(context, "already", echo(context, room="Küche"))
    await refused(context, "no room 'Keller'", echo(context, "G2", room="Keller"))
    await refused(context, "A room of this account has this name", add_room(context, ECHOES, "Küche", None))


async def test_a_room_holds_ten_devices(context: ServiceContext) -> None:
    """As AssociateDeviceWithRoom has it."""
    await add_room(context, ECHOES, "Hall", None)
    for number in range(10):
        await echo(context, f"G{number}", room="Hall")

    await refused(context, "10 devices", echo(context, "G10", room="Hall"))


@pytest.mark.parametrize(
    ("serial", "members", "told"),
    [
        ("", {}, "DeviceSerialNumber"),
        ("a b", {}, "DeviceSerialNumber"),
        ("x" * 201, {}, "DeviceSerialNumber"),
        ("G1", {"device_type": "x!"}, "DeviceType"),
        ("G1", {"name": "x"}, "DeviceName"),
        ("G1", {"name": "x" * 101}, "DeviceName"),
        ("G1", {"room": "\0"}, "no room"),
    ],
)
async def test_an_echo_is_within_the_models_limits(
    context: ServiceContext, serial: str, members: dict[str, str], told: str
) -> None:
    """What the service would never answer is not made."""
    await refused(context, told, echo(context, serial, **members))


async def test_a_user_is_added(context: ServiceContext) -> None:
    """As CreateUser makes them; a user id is there once."""
    arn = await add_user(context, ECHOES, "ada", first_name="Ada", last_name=None, email="ada@example.com")
    (found,) = (await echoes_call(context, "SearchUsers"))["Users"]

    assert (found["UserArn"], found["FirstName"], found["EnrollmentStatus"]) == (arn, "Ada", "INITIALIZED")
    await refused(
        context, "has this UserId", add_user(context, ECHOES, "ada", first_name=None, last_name=None, email=None)
    )
    await refused(context, "'Email'", add_user(context, ECHOES, "eve", first_name=None, last_name=None, email="nobody"))


async def test_a_claim_code_claims_its_buttons(context: ServiceContext) -> None:
    """New ones and ones that were on the market; a former code is no good for them any more."""
    await make_claim_code(context, "C-FORMER-CODE", [BUTTON])
    await make_claim_code(context, CODE, [BUTTON, "G030PM0000000002"])
    answer = await buttons_call(context, "ClaimDevicesByClaimCode", ClaimCode=CODE)

    assert answer["Total"] == 2
    with pytest.raises(ServiceError, match="ForbiddenException"):
        await buttons_call(context, "ClaimDevicesByClaimCode", ClaimCode="C-FORMER-CODE")


async def test_a_claim_code_is_refused(context: ServiceContext) -> None:
    """Where it is malformed or known, or a button is claimed; then no button is made either."""
    await make_claim_code(context, CODE, [BUTTON])
    await refused(context, "already", make_claim_code(context, CODE, ["G030PM0000000002"]))
    await buttons_call(context, "ClaimDevicesByClaimCode", NEIGHBOUR, ClaimCode=CODE)
    await refused(
        context, "is claimed already", make_claim_code(context, "C-ANOTHER-ONE", ["G030PM0000000002", BUTTON])
    )
    for malformed in ("", "C-", "C-SHORT", "X-123EXAMPLE", "C-123 EXAMPLE", "C-" + "X" * 39):
        await refused(context, "is no claim code", make_claim_code(context, malformed, ["G030PM0000000002"]))


async def test_a_secret_is_the_devices_own(context: ServiceContext) -> None:
    """Of a button by its id, of an Echo device by serial number or ARN."""
    await add_unclaimed_button(context, BUTTON)
    arn = await echo(context)
    button_secret = await issue_secret(context, BOTH, BUTTON)
    former = await issue_secret(context, BOTH, "G1")
    by_serial = await find_echo(context, "G1", former)
    secret = await issue_secret(context, BOTH, arn)

    assert await is_button(context, BUTTON, button_secret)
    assert by_serial == Echo(ECHOES, arn)
    assert await find_echo(context, "G1", secret) == Echo(ECHOES, arn)
    assert await find_echo(context, "G1", former) is None
    for unknown in ("nobody", "arn:aws:a4b:nobody", "\0"):
        await refused(context, unknown, issue_secret(context, BOTH, unknown))


async def test_a_serial_number_of_two_devices_is_not_guessed(context: ServiceContext) -> None:
    """The message has both ARNs; another account's device is not among them."""
    arns = [await echo(context, device_type=kind) for kind in ("A1", "B2")]
    foreign = NewAlexaDevice("arn:foreign", "G1", "C3")
    await context.database.write(lambda connection: add_device(connection, NEIGHBOUR, foreign, 0))
    await refused(context, ", ".join(arns), issue_secret(context, BOTH, "G1"))
    alone = NewAlexaDevice("arn:alone", "G3", "C3")
    await context.database.write(lambda connection: add_device(connection, NEIGHBOUR, alone, 0))
    with pytest.raises(UnknownDeviceError):
        await issue_secret(context, BOTH, "G3")


def test_new_names_are_of_the_known_forms() -> None:
    """They can be told from words, and from each other."""
    assert len({new_button_id() for _ in range(100)}) == 100
    assert len(new_button_id()) == len("G030PM0123456789")
    assert new_serial_number().isalnum()
    assert 12 <= len(new_code()) <= 40
