from dataclasses import replace

import pytest

from gateway.services.ingest import ClickType
from tests.clients.account import ONE_CLICK, Account
from tests.clients.site import Site

OF_ONE_DEVICE = {
    "DescribeDevice": {},
    "FinalizeDeviceClaim": {},
    "GetDeviceMethods": {},
    "InitiateDeviceClaim": {},
    "InvokeDeviceMethod": {"DeviceMethod": {"DeviceType": "device", "MethodName": "getDeviceHealthParameters"}},
    "ListDeviceEvents": {"FromTimeStamp": "2024-01-01T00:00:00Z", "ToTimeStamp": "2024-01-02T00:00:00Z"},
    "UnclaimDevice": {},
    "UpdateDeviceState": {"Enabled": True},
}
"""Every operation that names a device by its id, with what else it needs."""

OF_A_CLAIMED_DEVICE = sorted(OF_ONE_DEVICE.keys() - {"InitiateDeviceClaim", "FinalizeDeviceClaim"})


def test_a_device_is_switched_on_and_off(account: Account) -> None:
    """What UpdateDeviceState says is what DescribeDevice tells; its answer is empty."""
    device_id = account.claimed_button()

    answer = account.one_click("UpdateDeviceState", DeviceId=device_id, Enabled=False)

    assert answer == {}
    assert account.one_click("DescribeDevice", DeviceId=device_id)["DeviceDescription"]["Enabled"] is False
    account.one_click("UpdateDeviceState", DeviceId=device_id, Enabled=True)
    assert account.one_click("DescribeDevice", DeviceId=device_id)["DeviceDescription"]["Enabled"] is True


def test_a_state_must_be_given(account: Account) -> None:
    """A state that is neither true nor false changes nothing."""
    device_id = account.claimed_button()

    account.one_click_refuses("InvalidRequestException", "UpdateDeviceState", DeviceId=device_id)


def test_remaining_life_is_a_fraction_that_clicks_take_from(site: Site, account: Account) -> None:
    """A click takes a twentieth of a percent, of whatever kind it is."""
    device_id = account.claimed_button()

    for click in ClickType:
        site.press(device_id, click)

    assert account.one_click("DescribeDevice", DeviceId=device_id)["DeviceDescription"]["RemainingLife"] == 0.998


def test_a_device_id_may_hold_any_character(account: Account) -> None:
    """Slashes, blanks and letters beyond ASCII travel in the path and come back in the message."""
    error = account.one_click_refuses("ResourceNotFoundException", "DescribeDevice", DeviceId="a/b c%2F?é\U0001f514")

    assert "a/b c%2F?é\U0001f514" in error["message"]


@pytest.mark.parametrize("operation", OF_A_CLAIMED_DEVICE)
def test_only_the_owner_reaches_a_device(site: Site, account: Account, neighbour: Account, operation: str) -> None:
    """An unknown device, one on the market, one that is being claimed and a neighbour's are all not found."""
    initiated = site.button()
    account.one_click("InitiateDeviceClaim", DeviceId=initiated)
    for device_id in ("G030PM9999999999", site.button(), initiated, neighbour.claimed_button()):
        params = {"DeviceId": device_id, **OF_ONE_DEVICE[operation]}

        error = account.one_click_refuses("ResourceNotFoundException", operation, **params)

        assert device_id in error["message"]


@pytest.mark.parametrize("operation", sorted(OF_ONE_DEVICE))
def test_an_empty_device_id_never_reaches_a_device(account: Account, operation: str) -> None:
    """Without its own check the SDK sends a path without an id, which is no operation's."""
    client = replace(account.clients[ONE_CLICK], unchecked=True)

    answer = account.site.call(client, operation, {"DeviceId": "", **OF_ONE_DEVICE[operation]})

    assert (answer["error"]["code"], answer["error"]["status"]) == ("UnknownOperationException", 404)


def test_devices_are_listed_by_id(account: Account) -> None:
    """A list holds what DescribeDevice tells of each device, and no token after the last page."""
    devices = [account.claimed_button(Name=name) for name in ("b", "a")]

    answer = account.one_click("ListDevices")

    described = [account.one_click("DescribeDevice", DeviceId=device)["DeviceDescription"] for device in devices]
    assert answer == {"Devices": described}


def test_devices_are_listed_by_type(site: Site, account: Account) -> None:
    """DeviceType picks; a type that no device has lists nothing."""
    code = site.claim_code()
    sensor, button = site.button(code, "sensor"), site.button(code)
    account.one_click("ClaimDevicesByClaimCode", ClaimCode=code)

    def listed(device_type: str) -> list[str]:
        return [device["DeviceId"] for device in account.one_click("ListDevices", DeviceType=device_type)["Devices"]]

    assert (listed("sensor"), listed("button"), listed("lamp")) == ([sensor], [button], [])


def test_the_paginator_reads_every_device_once(site: Site, account: Account) -> None:
    """boto3's paginator goes through pages of three, while other devices come and go between them."""
    code = site.claim_code()
    devices = [site.button(code) for _ in range(8)]
    account.one_click("ClaimDevicesByClaimCode", ClaimCode=code)

    pages = account.one_click_pages("ListDevices", 3)

    assert [[device["DeviceId"] for device in page["Devices"]] for page in pages] == [
        devices[:3],
        devices[3:6],
        devices[6:],
    ]


def test_what_comes_and_goes_moves_no_other_device(site: Site, account: Account) -> None:
    """Between two pages one listed device is released and another is claimed: nothing is repeated or dropped."""
    late, *devices = [site.button() for _ in range(5)]
    for device_id in devices:
        account.one_click("InitiateDeviceClaim", DeviceId=device_id)
        site.press(device_id)
        account.one_click("FinalizeDeviceClaim", DeviceId=device_id)

    first = account.one_click("ListDevices", MaxResults=2)
    account.one_click("UnclaimDevice", DeviceId=devices[0])
    account.one_click("InitiateDeviceClaim", DeviceId=late)
    site.press(late)
    account.one_click("FinalizeDeviceClaim", DeviceId=late)
    rest = account.one_click("ListDevices", MaxResults=2, NextToken=first["NextToken"])

    assert [device["DeviceId"] for device in first["Devices"] + rest["Devices"]] == devices
    assert "NextToken" not in rest


def test_a_page_has_a_hundred_devices_by_default_and_250_at_most(site: Site, account: Account) -> None:
    """The ceilings of the real service."""
    code = site.claim_code()
    for _ in range(251):
        site.button(code)
    account.one_click("ClaimDevicesByClaimCode", ClaimCode=code)

    by_default, largest = account.one_click("ListDevices"), account.one_click("ListDevices", MaxResults=250)

    assert (len(by_default["Devices"]), len(largest["Devices"])) == (100, 250)
    assert len(account.one_click("ListDevices", NextToken=largest["NextToken"])["Devices"]) == 1


@pytest.mark.parametrize("size", [0, -1, 251, 2**31, "many"])
def test_a_page_size_beyond_the_limits_is_refused(account: Account, size: object) -> None:
    """1 to 250; the message names the member where the number is one."""
    error_of = account.one_click_refuses if size != "many" else None

    if error_of:
        assert "MaxResults" in error_of("InvalidRequestException", "ListDevices", MaxResults=size)["message"]
        return
    client = replace(account.clients[ONE_CLICK], unchecked=True)
    error = account.site.call(client, "ListDevices", {"MaxResults": size})["error"]
    assert (error["code"], error["status"]) == ("SerializationException", 400)


def test_a_token_counts_only_where_it_was_given_out(site: Site, account: Account, neighbour: Account) -> None:
    """Rubbish, another account's token, and one of a list of other arguments are all out of range."""
    for owner in (account, neighbour):
        code = site.claim_code()
        site.button(code), site.button(code)
        owner.one_click("ClaimDevicesByClaimCode", ClaimCode=code)
    theirs = neighbour.one_click("ListDevices", MaxResults=1)["NextToken"]
    of_buttons = account.one_click("ListDevices", MaxResults=1, DeviceType="button")["NextToken"]

    for token in ("rubbish", "", theirs, of_buttons, of_buttons[:-1]):
        account.one_click_refuses("RangeNotSatisfiableException", "ListDevices", NextToken=token)
