import pytest

from tests.clients.account import Account
from tests.clients.site import Site


def test_a_button_is_claimed_by_a_click(site: Site, account: Account) -> None:
    """Initiate, press, finalize: the device is the account's, with its tags, and disabled until it is enabled."""
    device_id = site.button()

    initiated = account.one_click("InitiateDeviceClaim", DeviceId=device_id)
    site.press(device_id)
    finalized = account.one_click("FinalizeDeviceClaim", DeviceId=device_id, Tags={"Name": "Front door"})

    assert initiated == {"State": "CLAIM_INITIATED"}
    assert finalized == {"State": "CLAIMED"}
    assert account.one_click("DescribeDevice", DeviceId=device_id) == {
        "DeviceDescription": {
            "Arn": account.button_arn(device_id),
            "Attributes": {},
            "DeviceId": device_id,
            "Enabled": False,
            "RemainingLife": 0.9995,
            "Type": "button",
            "Tags": {"Name": "Front door"},
        }
    }


def test_a_claim_code_claims_all_its_devices_once(site: Site, account: Account, neighbour: Account) -> None:
    """The code on a box of two claims both, and is then used up for everybody."""
    code = site.claim_code()
    devices = [site.button(code), site.button(code)]

    claimed = account.one_click("ClaimDevicesByClaimCode", ClaimCode=code)

    assert claimed == {"ClaimCode": code, "Total": 2}
    assert [device["DeviceId"] for device in account.one_click("ListDevices")["Devices"]] == devices
    account.one_click_refuses("ForbiddenException", "ClaimDevicesByClaimCode", ClaimCode=code)
    neighbour.one_click_refuses("ForbiddenException", "ClaimDevicesByClaimCode", ClaimCode=code)


def test_an_unknown_claim_code_is_forbidden(account: Account) -> None:
    """A code that no box has is told from one of the wrong form."""
    account.one_click_refuses("ForbiddenException", "ClaimDevicesByClaimCode", ClaimCode="C-123EXAMPLE")


@pytest.mark.parametrize("code", ["123EXAMPLE", "c-123EXAMPLE", "C-", "C-é", "C-1/2", "C-" + "1" * 39])
def test_a_claim_code_has_its_form(account: Account, code: str) -> None:
    """What cannot be a code is an invalid request."""
    account.one_click_refuses("InvalidRequestException", "ClaimDevicesByClaimCode", ClaimCode=code)


def test_a_released_device_can_be_claimed_by_another(site: Site, account: Account, neighbour: Account) -> None:
    """Unclaiming takes the tags and the name with it; the next owner starts with nothing."""
    device_id = account.claimed_button(Name="Front door")

    unclaimed = account.one_click("UnclaimDevice", DeviceId=device_id)
    neighbour.one_click("InitiateDeviceClaim", DeviceId=device_id)
    site.press(device_id)
    neighbour.one_click("FinalizeDeviceClaim", DeviceId=device_id)

    assert unclaimed == {"State": "UNCLAIMED"}
    assert neighbour.one_click("ListTagsForResource", ResourceArn=neighbour.button_arn(device_id)) == {"Tags": {}}
    assert account.one_click("ListDevices") == {"Devices": []}


def test_a_device_that_comes_back_brings_nothing_along(site: Site, account: Account) -> None:
    """Even to the owner who let it go: no tags, no callback, no events, and it is disabled again."""
    device_id = account.claimed_button(Name="Front door")
    callback = '{"callback": {"awsLambdaArn": "arn:aws:lambda:us-west-2:123456789012:function:Listener"}}'
    account.one_click(
        "InvokeDeviceMethod",
        DeviceId=device_id,
        DeviceMethod={"MethodName": "setOnClickCallback"},
        DeviceMethodParameters=callback,
    )
    site.press(device_id)

    account.one_click("UnclaimDevice", DeviceId=device_id)
    account.one_click("InitiateDeviceClaim", DeviceId=device_id)
    site.press(device_id)
    account.one_click("FinalizeDeviceClaim", DeviceId=device_id)

    described = account.one_click("DescribeDevice", DeviceId=device_id)["DeviceDescription"]
    assert (described["Tags"], described["Enabled"]) == ({}, False)
    account.one_click("UpdateDeviceState", DeviceId=device_id, Enabled=True)
    asked = {"DeviceId": device_id, "DeviceMethod": {"MethodName": "getOnClickCallback"}}
    assert account.one_click("InvokeDeviceMethod", **asked) == {"DeviceMethodResponse": "{}"}
    window = {"FromTimeStamp": "2020-01-01T00:00:00Z", "ToTimeStamp": "2100-01-01T00:00:00Z"}
    assert account.one_click("ListDeviceEvents", DeviceId=device_id, **window) == {"Events": []}


def test_an_event_counts_for_the_last_who_initiated(site: Site, account: Account, neighbour: Account) -> None:
    """And only from then on: to initiate again is to wait for another event."""
    device_id = site.button()
    account.one_click("InitiateDeviceClaim", DeviceId=device_id)
    site.press(device_id)
    neighbour.one_click("InitiateDeviceClaim", DeviceId=device_id)

    account.one_click_refuses("PreconditionFailedException", "FinalizeDeviceClaim", DeviceId=device_id)
    neighbour.one_click_refuses("PreconditionFailedException", "FinalizeDeviceClaim", DeviceId=device_id)

    site.press(device_id)
    assert neighbour.one_click("FinalizeDeviceClaim", DeviceId=device_id) == {"State": "CLAIMED"}


def test_initiating_needs_a_device_that_nobody_owns(account: Account, neighbour: Account) -> None:
    """An unknown device is not found; one that is owned, by whomever, is a conflict."""
    mine, theirs = account.claimed_button(), neighbour.claimed_button()

    account.one_click_refuses("ResourceNotFoundException", "InitiateDeviceClaim", DeviceId="G030PM9999999999")
    account.one_click_refuses("ResourceConflictException", "InitiateDeviceClaim", DeviceId=mine)
    account.one_click_refuses("ResourceConflictException", "InitiateDeviceClaim", DeviceId=theirs)


def test_finalizing_needs_an_initiated_claim_and_an_event(site: Site, account: Account, neighbour: Account) -> None:
    """Each step that is missing, or that another account took, is a failed precondition."""
    untouched, silent, theirs = site.button(), site.button(), site.button()
    site.press(untouched)
    site.press(silent)
    account.one_click("InitiateDeviceClaim", DeviceId=silent)
    neighbour.one_click("InitiateDeviceClaim", DeviceId=theirs)
    site.press(theirs)

    account.one_click_refuses("PreconditionFailedException", "FinalizeDeviceClaim", DeviceId=untouched)
    account.one_click_refuses("PreconditionFailedException", "FinalizeDeviceClaim", DeviceId=silent)
    account.one_click_refuses("PreconditionFailedException", "FinalizeDeviceClaim", DeviceId=theirs)


def test_finalizing_a_claimed_or_unknown_device_is_refused(account: Account, neighbour: Account) -> None:
    """A claimed device is a conflict, whoever has it; an unknown one is not found."""
    mine, theirs = account.claimed_button(), neighbour.claimed_button()

    account.one_click_refuses("ResourceConflictException", "FinalizeDeviceClaim", DeviceId=mine)
    account.one_click_refuses("ResourceConflictException", "FinalizeDeviceClaim", DeviceId=theirs)
    account.one_click_refuses("ResourceNotFoundException", "FinalizeDeviceClaim", DeviceId="G030PM9999999999")


@pytest.mark.parametrize(
    "tags",
    [{"": "value"}, {"k" * 129: ""}, {"key": "v" * 257}, {f"key {number}": "" for number in range(51)}],
    ids=["no key", "a long key", "a long value", "too many"],
)
def test_a_claim_with_tags_beyond_the_limits_claims_nothing(site: Site, account: Account, tags: dict[str, str]) -> None:
    """The device can still be claimed, with other tags."""
    device_id = site.button()
    account.one_click("InitiateDeviceClaim", DeviceId=device_id)
    site.press(device_id)

    account.one_click_refuses("InvalidRequestException", "FinalizeDeviceClaim", DeviceId=device_id, Tags=tags)

    assert (
        account.one_click("FinalizeDeviceClaim", DeviceId=device_id, Tags={"k" * 128: "v" * 256})["State"] == "CLAIMED"
    )


def test_what_is_not_owned_cannot_be_released(site: Site, account: Account, neighbour: Account) -> None:
    """Nobody learns whether a device of somebody else exists."""
    for device_id in ("G030PM9999999999", site.button(), neighbour.claimed_button()):
        account.one_click_refuses("ResourceNotFoundException", "UnclaimDevice", DeviceId=device_id)
