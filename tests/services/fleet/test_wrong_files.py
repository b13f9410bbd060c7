import pytest
from sqlalchemy import Connection

from gateway.services.context import ServiceContext
from gateway.services.fleet.documents import WrongFile
from gateway.services.fleet.imports import import_file
from gateway.services.fleet.tenants import FleetTenants
from gateway.services.one_click.claims import claim_devices_by_claim_code
from gateway.store.claim_codes import add_claim_code
from gateway.store.one_click_devices import register_device
from gateway.store.rooms import StoredRoom, add_room
from gateway.store.users import StoredUser, add_user
from tests.services.fleet.files import (
    BUTTON,
    BUTTON_ARN,
    ECHO,
    USER,
    button,
    echo,
    in_room,
    printed,
    user,
)
from tests.services.fleet.whole_fleet import BOTH, BUTTONS, ECHOES, NEIGHBOUR, imported, refused, write


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
        (
            b'{"search-devices":\n{"Devices": [\n{"DeviceId": "x"}]}}',
            ["line 3: search-devices.Devices[0]: this is no item"],
        ),
        (
            b'{"Devices": [{"DeviceId": "A",\n"DeviceId": "A B", "Arn": "x", "Type": "x"}]}',
            ["line 2: Devices[0].DeviceId"],
        ),
        (printed("Devices", {"DeviceId": "A"}), ["line 3: Devices[0].Arn: Arn is missing", "Devices[0].Type"]),
        (printed("Devices", button(1, DeviceId="A B")), ["line 5: Devices[0].DeviceId: 'A B' is no device id"]),
        (printed("Devices", button(1, Arn="arn:aws:x")), ["line 4: Devices[0].Arn", "is not the ARN of device"]),
        (printed("Devices", button(1, Arn=BUTTON_ARN)), ["line 4: Devices[0].Arn", "is not the ARN of device"]),
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
