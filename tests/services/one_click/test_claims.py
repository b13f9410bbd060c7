from datetime import timedelta

import pytest

from gateway.model.filter import DeviceFilter
from gateway.store.changes import ChangeKind
from gateway.store.claim_codes import unused_claim_codes
from gateway.wire.errors import ServiceError
from tests.clock import Clock
from tests.services.one_click.fleet import BUTTON, CODE, ELSEWHERE, HERE, NEIGHBOUR, Fleet, button_id

ARN = f"arn:aws:iot1click:us-west-2:123456789012:devices/{BUTTON}"


async def test_a_claim_code_claims_every_device_of_it(fleet: Fleet) -> None:
    """Whoever got a code with a box of buttons has all of them at once, disabled until told otherwise."""
    await fleet.manufacture([button_id(1), button_id(2)], code=CODE)
    await fleet.manufacture([button_id(3)])
    answer = await fleet.call("ClaimDevicesByClaimCode", ClaimCode=CODE)
    listed = await fleet.call("ListDevices")

    assert answer == {"ClaimCode": CODE, "Total": 2}
    assert [(device["DeviceId"], device["Enabled"]) for device in listed["Devices"]] == [
        (button_id(1), False),
        (button_id(2), False),
    ]
    assert await fleet.log() == [
        (HERE, button_id(1), ChangeKind.ADDED),
        (HERE, button_id(2), ChangeKind.ADDED),
    ]


@pytest.mark.parametrize(
    "code", ["123EXAMPLE12", "c-123EXAMPLE", "C-", "C_123EXAMPLE", "C-12 EXAMPLE", "C-" + "1" * 39]
)
async def test_a_claim_code_of_the_wrong_form_is_invalid(fleet: Fleet, code: str) -> None:
    """A mistyped code is told apart from one that is not known."""
    await fleet.manufacture(code=CODE)

    assert "C-" in await fleet.refused("InvalidRequestException", "ClaimDevicesByClaimCode", ClaimCode=code)


async def test_an_unknown_claim_code_is_forbidden(fleet: Fleet) -> None:
    """Guessing codes claims nothing."""
    await fleet.manufacture(code=CODE)

    await fleet.refused("ForbiddenException", "ClaimDevicesByClaimCode", ClaimCode="C-999EXAMPLE")


@pytest.mark.parametrize("tenant", [HERE, NEIGHBOUR])
async def test_a_used_claim_code_is_forbidden(fleet: Fleet, tenant: object) -> None:
    """A code works once, also after its devices were given back."""
    await fleet.manufacture(code=CODE)
    await fleet.call("ClaimDevicesByClaimCode", ClaimCode=CODE)
    await fleet.refused("ForbiddenException", "ClaimDevicesByClaimCode", tenant, ClaimCode=CODE)
    await fleet.call("UnclaimDevice", DeviceId=BUTTON)

    await fleet.refused("ForbiddenException", "ClaimDevicesByClaimCode", tenant, ClaimCode=CODE)


async def test_a_claim_code_leaves_devices_of_others_alone(fleet: Fleet) -> None:
    """Total counts what this request claimed, not what somebody had claimed before."""
    await fleet.manufacture([button_id(1), button_id(2)], code=CODE)
    await fleet.claimed(NEIGHBOUR, button_id(1))
    answer = await fleet.call("ClaimDevicesByClaimCode", ClaimCode=CODE)

    assert answer["Total"] == 1
    assert [device["DeviceId"] for device in (await fleet.call("ListDevices"))["Devices"]] == [button_id(2)]


async def test_a_claim_code_without_anything_left_is_forbidden(fleet: Fleet) -> None:
    """A code whose devices are all taken claims nothing, and is not used up by trying."""
    await fleet.manufacture(code=CODE)
    await fleet.claimed(NEIGHBOUR)
    await fleet.refused("ForbiddenException", "ClaimDevicesByClaimCode", ClaimCode=CODE)

    assert await fleet.service.context.database.read(unused_claim_codes) == [CODE]


async def test_a_claim_is_initiated_pressed_and_finalized(fleet: Fleet) -> None:
    """Pressing the button proves that one holds it; then it is one's own, disabled."""
    await fleet.manufacture()
    initiated = await fleet.call("InitiateDeviceClaim", DeviceId=BUTTON)
    kept = await fleet.press()
    before = await fleet.call("ListDevices")
    finalized = await fleet.call("FinalizeDeviceClaim", DeviceId=BUTTON, Tags={"Name": "Lobby"})
    described = await fleet.call("DescribeDevice", DeviceId=BUTTON)

    assert (initiated, finalized) == ({"State": "CLAIM_INITIATED"}, {"State": "CLAIMED"})
    assert not kept
    assert before == {"Devices": []}
    assert described["DeviceDescription"] == {
        "Arn": ARN,
        "Attributes": {},
        "DeviceId": BUTTON,
        "Enabled": False,
        "RemainingLife": 0.9995,
        "Type": "button",
        "Tags": {"Name": "Lobby"},
    }
    assert await fleet.log() == [(HERE, BUTTON, ChangeKind.ADDED)]


@pytest.mark.parametrize("device_id", ["G030PM9999999999", "x", "' OR 1=1 --"])
async def test_an_unknown_device_cannot_be_claimed(fleet: Fleet, device_id: str) -> None:
    """An id that was never manufactured is not found, initiating or finalizing."""
    await fleet.manufacture()

    await fleet.refused("ResourceNotFoundException", "InitiateDeviceClaim", DeviceId=device_id)
    await fleet.refused("ResourceNotFoundException", "FinalizeDeviceClaim", DeviceId=device_id)
    await fleet.refused("ResourceNotFoundException", "UnclaimDevice", DeviceId=device_id)


@pytest.mark.parametrize("tenant", [HERE, NEIGHBOUR, ELSEWHERE])
async def test_a_claimed_device_cannot_be_claimed_again(fleet: Fleet, tenant: object) -> None:
    """Neither by another account nor by its own, in no region."""
    await fleet.claimed()

    await fleet.refused("ResourceConflictException", "InitiateDeviceClaim", tenant, DeviceId=BUTTON)
    await fleet.refused("ResourceConflictException", "FinalizeDeviceClaim", tenant, DeviceId=BUTTON)


async def test_finalizing_needs_initiating(fleet: Fleet) -> None:
    """A press before the claim was initiated proves nothing."""
    await fleet.manufacture()
    await fleet.press()

    await fleet.refused("PreconditionFailedException", "FinalizeDeviceClaim", DeviceId=BUTTON)


async def test_finalizing_needs_a_press_since_initiating(fleet: Fleet) -> None:
    """Initiating again asks for another press."""
    await fleet.manufacture()
    await fleet.call("InitiateDeviceClaim", DeviceId=BUTTON)
    await fleet.refused("PreconditionFailedException", "FinalizeDeviceClaim", DeviceId=BUTTON)
    await fleet.press()
    await fleet.call("InitiateDeviceClaim", DeviceId=BUTTON)

    await fleet.refused("PreconditionFailedException", "FinalizeDeviceClaim", DeviceId=BUTTON)


@pytest.mark.parametrize("tenant", [NEIGHBOUR, ELSEWHERE])
async def test_only_who_initiated_can_finalize(fleet: Fleet, tenant: object) -> None:
    """A press speaks for the account and region that asked for it."""
    await fleet.manufacture()
    await fleet.call("InitiateDeviceClaim", DeviceId=BUTTON)
    await fleet.press()

    await fleet.refused("PreconditionFailedException", "FinalizeDeviceClaim", tenant, DeviceId=BUTTON)


async def test_the_last_to_initiate_is_heard(fleet: Fleet) -> None:
    """A claim that somebody else initiated and left does not keep the button from its holder."""
    await fleet.manufacture()
    await fleet.call("InitiateDeviceClaim", NEIGHBOUR, DeviceId=BUTTON)
    await fleet.call("InitiateDeviceClaim", DeviceId=BUTTON)
    await fleet.press()

    await fleet.refused("PreconditionFailedException", "FinalizeDeviceClaim", NEIGHBOUR, DeviceId=BUTTON)
    assert await fleet.call("FinalizeDeviceClaim", DeviceId=BUTTON) == {"State": "CLAIMED"}


@pytest.mark.parametrize(
    "tags", [{"": "v"}, {"k" * 129: "v"}, {"k": "v" * 257}, {f"k{number}": "" for number in range(51)}]
)
async def test_a_claim_with_bad_tags_is_refused_as_a_whole(fleet: Fleet, tags: dict[str, str]) -> None:
    """The device stays unclaimed, so that finalizing with better tags works."""
    await fleet.manufacture()
    await fleet.call("InitiateDeviceClaim", DeviceId=BUTTON)
    await fleet.press()

    await fleet.refused("InvalidRequestException", "FinalizeDeviceClaim", DeviceId=BUTTON, Tags=tags)
    assert await fleet.call("FinalizeDeviceClaim", DeviceId=BUTTON) == {"State": "CLAIMED"}


@pytest.mark.parametrize("tenant", [NEIGHBOUR, ELSEWHERE])
async def test_only_its_owner_can_unclaim_a_device(fleet: Fleet, tenant: object) -> None:
    """To everybody else, and to an owner who gave it back, the device is not found."""
    await fleet.claimed()
    await fleet.refused("ResourceNotFoundException", "UnclaimDevice", tenant, DeviceId=BUTTON)
    unclaimed = await fleet.call("UnclaimDevice", DeviceId=BUTTON)

    assert unclaimed == {"State": "UNCLAIMED"}
    assert (await fleet.log())[-1] == (HERE, BUTTON, ChangeKind.REMOVED)
    await fleet.refused("ResourceNotFoundException", "UnclaimDevice", DeviceId=BUTTON)
    await fleet.refused("ResourceNotFoundException", "DescribeDevice", DeviceId=BUTTON)


async def test_an_initiated_claim_is_not_a_claimed_device(fleet: Fleet) -> None:
    """Until it is finalized there is nothing to see or to give back."""
    await fleet.manufacture()
    await fleet.call("InitiateDeviceClaim", DeviceId=BUTTON)
    await fleet.press()

    await fleet.refused("ResourceNotFoundException", "UnclaimDevice", DeviceId=BUTTON)
    await fleet.refused("ResourceNotFoundException", "DescribeDevice", DeviceId=BUTTON)


@pytest.mark.parametrize("tenant", [HERE, NEIGHBOUR])
async def test_the_next_owner_inherits_nothing(fleet: Fleet, clock: Clock, tenant: object) -> None:
    """Tags, callbacks, state and events go with the owner, even where the owner is the same again."""
    arn = await fleet.claimed()
    callback = {"callback": {"awsLambdaArn": "arn:aws:lambda:us-west-2:123456789012:function:f"}}
    button = {"DeviceType": "button", "MethodName": "setOnClickCallback"}
    await fleet.call(
        "InvokeDeviceMethod",
        DeviceId=BUTTON,
        DeviceMethod=button,
        DeviceMethodParameters=str(callback).replace("'", '"'),
    )
    await fleet.call("TagResource", ResourceArn=arn, Tags={"Name": "Lobby"})
    await fleet.press()
    in_my_time = clock.now - timedelta(seconds=1)
    await fleet.call("UnclaimDevice", DeviceId=BUTTON)
    await fleet.claimed(tenant, enabled=False)
    described = (await fleet.call("DescribeDevice", tenant, DeviceId=BUTTON))["DeviceDescription"]
    named = await fleet.service.call_beyond(tenant, "CountDevices", {"Filter": DeviceFilter(name_contains="lobby")})
    await fleet.call("UpdateDeviceState", tenant, DeviceId=BUTTON, Enabled=True)
    late = await fleet.press(at=in_my_time)
    window = {"FromTimeStamp": clock.now - timedelta(days=1), "ToTimeStamp": clock.now + timedelta(days=1)}
    events = await fleet.call("ListDeviceEvents", tenant, DeviceId=BUTTON, **window)
    getter = {"MethodName": "getOnClickCallback"}
    stored = await fleet.call("InvokeDeviceMethod", tenant, DeviceId=BUTTON, DeviceMethod=getter)

    assert (described["Tags"], described["Enabled"], named) == ({}, False, {"Count": 0})
    assert not late
    assert events == {"Events": []}
    assert stored == {"DeviceMethodResponse": "{}"}


async def test_of_two_who_finalize_at_once_one_wins(fleet: Fleet) -> None:
    """Two replicas that carry out the same finalization make one claim of it."""
    await fleet.manufacture()
    await fleet.call("InitiateDeviceClaim", DeviceId=BUTTON)
    await fleet.press()
    answers = await fleet.at_once(*(fleet.call("FinalizeDeviceClaim", DeviceId=BUTTON) for _ in range(4)))

    assert answers.count({"State": "CLAIMED"}) == 1
    assert [answer.code for answer in answers if isinstance(answer, ServiceError)] == ["ResourceConflictException"] * 3
    assert await fleet.log() == [(HERE, BUTTON, ChangeKind.ADDED)]


async def test_of_two_who_use_a_code_at_once_one_wins(fleet: Fleet) -> None:
    """A code that leaked claims its devices for one account, all of them."""
    ids = [button_id(number) for number in range(5)]
    await fleet.manufacture(ids, code=CODE)
    tenants = [HERE, NEIGHBOUR, ELSEWHERE]
    answers = await fleet.at_once(
        *(fleet.call("ClaimDevicesByClaimCode", tenant, ClaimCode=CODE) for tenant in tenants)
    )
    owned = [len((await fleet.call("ListDevices", tenant))["Devices"]) for tenant in tenants]

    assert sorted(owned) == [0, 0, 5]
    assert [answer.code for answer in answers if isinstance(answer, ServiceError)] == ["ForbiddenException"] * 2


async def test_a_code_and_a_press_at_once_have_one_owner(fleet: Fleet) -> None:
    """Whichever comes first, the device is never in two accounts."""
    await fleet.manufacture(code=CODE)
    await fleet.call("InitiateDeviceClaim", NEIGHBOUR, DeviceId=BUTTON)
    await fleet.press()
    await fleet.at_once(
        fleet.call("ClaimDevicesByClaimCode", ClaimCode=CODE),
        fleet.call("FinalizeDeviceClaim", NEIGHBOUR, DeviceId=BUTTON),
    )
    owned = [len((await fleet.call("ListDevices", tenant))["Devices"]) for tenant in (HERE, NEIGHBOUR)]

    assert sorted(owned) == [0, 1]
    assert [kind for _, _, kind in await fleet.log()] == [ChangeKind.ADDED]
