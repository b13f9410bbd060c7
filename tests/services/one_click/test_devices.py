from datetime import timedelta

import pytest

from gateway.store.changes import ChangeKind
from gateway.wire.errors import ServiceError
from tests.clock import Clock
from tests.services.one_click.fleet import BUTTON, ELSEWHERE, HERE, NEIGHBOUR, Fleet, button_id

OTHERS = pytest.mark.parametrize("tenant", [NEIGHBOUR, ELSEWHERE])
WINDOW = {"FromTimeStamp": Clock().now - timedelta(days=1), "ToTimeStamp": Clock().now}
OF_A_DEVICE = pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("DescribeDevice", {}),
        ("GetDeviceMethods", {}),
        ("InvokeDeviceMethod", {"DeviceMethod": {"MethodName": "getOnClickCallback"}}),
        ("ListDeviceEvents", WINDOW),
        ("UnclaimDevice", {}),
        ("UpdateDeviceState", {"Enabled": True}),
    ],
)


@OF_A_DEVICE
async def test_a_device_of_another_account_or_region_is_not_found(
    fleet: Fleet, operation: str, params: dict[str, object]
) -> None:
    """Nobody learns whether an id is somebody else's, somebody's to claim, or nobody's."""
    await fleet.claimed()
    await fleet.manufacture([button_id(2)])
    messages = [
        (await fleet.refused("ResourceNotFoundException", operation, tenant, DeviceId=device_id, **params)).replace(
            device_id, "…"
        )
        for tenant, device_id in [(NEIGHBOUR, BUTTON), (ELSEWHERE, BUTTON), (HERE, button_id(2)), (HERE, button_id(3))]
    ]

    assert messages == ["Device '…' was not found"] * 4


async def test_a_list_is_sorted_and_the_accounts_own(fleet: Fleet) -> None:
    """By device id, whatever the order in which they were claimed."""
    for tenant, number in [(HERE, 3), (NEIGHBOUR, 2), (HERE, 1), (ELSEWHERE, 4)]:
        await fleet.claimed(tenant, button_id(number))
    listed = await fleet.call("ListDevices")

    assert [device["DeviceId"] for device in listed["Devices"]] == [button_id(1), button_id(3)]
    assert "NextToken" not in listed


async def test_a_list_holds_what_a_description_holds(fleet: Fleet) -> None:
    """Who has listed need not describe."""
    arn = await fleet.claimed()
    await fleet.call("TagResource", ResourceArn=arn, Tags={"Name": "Lobby", "floor": "1"})

    assert (await fleet.call("ListDevices"))["Devices"] == [
        (await fleet.call("DescribeDevice", DeviceId=BUTTON))["DeviceDescription"]
    ]


async def test_a_list_of_one_type_leaves_the_others_out(fleet: Fleet) -> None:
    """An unknown type lists nothing, and is no error."""
    await fleet.manufacture(["SENSOR1"], kind="sensor")
    await fleet.claimed(device_id="SENSOR1")
    await fleet.claimed()
    listed = [
        [device["DeviceId"] for device in (await fleet.call("ListDevices", DeviceType=kind))["Devices"]]
        for kind in ("button", "sensor", "lamp", "")
    ]

    assert listed == [[BUTTON], ["SENSOR1"], [], []]


async def test_pages_end_with_the_last_device(fleet: Fleet) -> None:
    """A token is given while there are more, and never for an empty page."""
    for number in range(4):
        await fleet.claimed(device_id=button_id(number))
    first = await fleet.call("ListDevices", MaxResults=2)
    second = await fleet.call("ListDevices", MaxResults=2, NextToken=first["NextToken"])

    assert [device["DeviceId"] for device in first["Devices"]] == [button_id(0), button_id(1)]
    assert [device["DeviceId"] for device in second["Devices"]] == [button_id(2), button_id(3)]
    assert "NextToken" not in second


@pytest.mark.parametrize("limit", [0, -1, 251])
async def test_a_page_has_1_to_250_devices(fleet: Fleet, limit: int) -> None:
    """Anything else is an invalid request."""
    assert "MaxResults" in await fleet.refused("InvalidRequestException", "ListDevices", MaxResults=limit)


@pytest.mark.parametrize("token", ["", "x", "AAAA", "é", "=" * 100])
async def test_a_token_that_is_not_ours_is_refused(fleet: Fleet, token: str) -> None:
    """What was never given out leads nowhere."""
    await fleet.refused("RangeNotSatisfiableException", "ListDevices", NextToken=token)


async def test_a_token_is_good_for_its_own_list_only(fleet: Fleet) -> None:
    """Not for another account or region, another type, or another operation; a tampered one is not ours."""
    for number in range(2):
        await fleet.claimed(device_id=button_id(number))
    token = (await fleet.call("ListDevices", MaxResults=1))["NextToken"]

    for tenant in (NEIGHBOUR, ELSEWHERE):
        await fleet.refused("RangeNotSatisfiableException", "ListDevices", tenant, NextToken=token)
    await fleet.refused("RangeNotSatisfiableException", "ListDevices", NextToken=token, DeviceType="button")
    await fleet.refused(
        "RangeNotSatisfiableException", "ListDeviceEvents", DeviceId=button_id(0), NextToken=token, **WINDOW
    )
    tampered = token[:-1] + ("A" if token[-1] != "A" else "B")
    await fleet.refused("RangeNotSatisfiableException", "ListDevices", NextToken=tampered)


async def test_a_device_is_enabled_and_disabled(fleet: Fleet) -> None:
    """What was set is what is described, and the log tells."""
    await fleet.claimed(enabled=False)
    states = []
    for enabled in (True, False, False):
        assert await fleet.call("UpdateDeviceState", DeviceId=BUTTON, Enabled=enabled) == {}
        described = await fleet.call("DescribeDevice", DeviceId=BUTTON)
        states.append(described["DeviceDescription"]["Enabled"])

    assert states == [True, False, False]
    assert (await fleet.log())[1:] == [(HERE, BUTTON, ChangeKind.CHANGED)] * 3


async def test_a_state_must_be_given(fleet: Fleet) -> None:
    """Leaving it out neither enables nor disables."""
    await fleet.claimed()

    assert "Enabled" in await fleet.refused("InvalidRequestException", "UpdateDeviceState", DeviceId=BUTTON)


async def test_many_devices_are_described_at_once(fleet: Fleet) -> None:
    """Each answer stands where its question stood; a refusal of one leaves the others."""
    await fleet.claimed(device_id=button_id(1))
    await fleet.claimed(NEIGHBOUR, button_id(2))
    ids = [button_id(2), button_id(1), "\ud800", "\0", button_id(1)]
    answers = await fleet.service.call_many(HERE, "DescribeDevice", [{"DeviceId": one} for one in ids])

    told = [a.code if isinstance(a, ServiceError) else a["DeviceDescription"]["DeviceId"] for a in answers]
    missing = "ResourceNotFoundException"
    assert told == [missing, button_id(1), missing, missing, button_id(1)]


@pytest.mark.parametrize("device_id", ["a\0", "\ud800"])
async def test_ids_that_no_store_could_hold_are_invalid(fleet: Fleet, device_id: str) -> None:
    """They are refused, and break nothing."""
    await fleet.refused("InvalidRequestException", "DescribeDevice", DeviceId=device_id)


@pytest.mark.parametrize("operation", ["DescribeDevice", "UpdateDeviceState", "ListDeviceEvents"])
async def test_a_missing_member_is_named(fleet: Fleet, operation: str) -> None:
    """Whoever forgets the device is told so."""
    assert "DeviceId" in await fleet.refused("InvalidRequestException", operation)


async def test_an_unknown_operation_is_told_apart(fleet: Fleet) -> None:
    """Also one that only the gateway may ask."""
    for operation in ("DeleteDevice", "QueryDevices"):
        await fleet.refused("UnknownOperationException", operation)
