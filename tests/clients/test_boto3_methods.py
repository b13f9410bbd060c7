import json
from typing import Any

import pytest

from tests.clients.account import Account

CALLBACK = {"callback": {"awsLambdaArn": "arn:aws:lambda:us-west-2:123456789012:function:Listener"}}
MONITOR = CALLBACK | {"condition": {"remainingLifeLowerThan": 10}}


def invoke(account: Account, device_id: str, kind: str, method: str, given: object = None) -> Any:  # noqa: ANN401 - as JSON
    params = {} if given is None else {"DeviceMethodParameters": json.dumps(given)}
    asked = {"DeviceType": kind, "MethodName": method}
    answer = account.one_click("InvokeDeviceMethod", DeviceId=device_id, DeviceMethod=asked, **params)
    return json.loads(answer["DeviceMethodResponse"])


def test_a_button_has_five_methods(account: Account) -> None:
    """Three of any device, two of the button."""
    answer = account.one_click("GetDeviceMethods", DeviceId=account.claimed_button())

    assert answer == {
        "DeviceMethods": [
            {"DeviceType": "device", "MethodName": "getDeviceHealthParameters"},
            {"DeviceType": "device", "MethodName": "setDeviceHealthMonitorCallback"},
            {"DeviceType": "device", "MethodName": "getDeviceHealthMonitorCallback"},
            {"DeviceType": "button", "MethodName": "setOnClickCallback"},
            {"DeviceType": "button", "MethodName": "getOnClickCallback"},
        ]
    }


def test_health_is_told_in_percent(account: Account) -> None:
    """One click takes 0.05 percent."""
    assert invoke(account, account.claimed_button(), "device", "getDeviceHealthParameters") == {"remainingLife": 99.95}


@pytest.mark.parametrize(
    ("kind", "noun", "callback"),
    [("button", "OnClickCallback", CALLBACK), ("device", "DeviceHealthMonitorCallback", MONITOR)],
)
def test_callbacks_are_kept_and_read_back(account: Account, kind: str, noun: str, callback: dict[str, Any]) -> None:
    """What was set is what is read; before that there is nothing."""
    device_id = account.claimed_button()
    given = {"deviceId": device_id, **callback}

    before = invoke(account, device_id, kind, f"get{noun}")
    answer = invoke(account, device_id, kind, f"set{noun}", given)

    assert (before, answer) == ({}, {})
    assert invoke(account, device_id, kind, f"get{noun}") == given


@pytest.mark.parametrize("parameters", ["", "{}", "null"])
@pytest.mark.parametrize(
    "method", ["getDeviceHealthParameters", "getDeviceHealthMonitorCallback", "getOnClickCallback"]
)
def test_a_get_takes_no_parameters(account: Account, method: str, parameters: str) -> None:
    """Not even empty ones."""
    account.one_click_refuses(
        "InvalidRequestException",
        "InvokeDeviceMethod",
        DeviceId=account.claimed_button(),
        DeviceMethod={"MethodName": method},
        DeviceMethodParameters=parameters,
    )


@pytest.mark.parametrize(
    "asked",
    [
        {"DeviceType": "button", "MethodName": "explode"},
        {"DeviceType": "button", "MethodName": "getDeviceHealthParameters"},
        {"DeviceType": "lamp", "MethodName": "getOnClickCallback"},
        {"DeviceType": "button"},
        {},
        None,
    ],
)
def test_an_unknown_method_is_refused(account: Account, asked: dict[str, str] | None) -> None:
    """By its name, by a type that has no such method, and where none is named."""
    given = {} if asked is None else {"DeviceMethod": asked}

    account.one_click_refuses(
        "InvalidRequestException", "InvokeDeviceMethod", DeviceId=account.claimed_button(), **given
    )


@pytest.mark.parametrize(
    "parameters",
    [
        None,
        "",
        "nonsense",
        "[]",
        "{}",
        '{"callback": {"awsLambdaArn": "arn:aws:sns:us-west-2:123456789012:topic"}}',
        json.dumps(CALLBACK | {"deviceId": "G030PM9999999999"}),
        json.dumps(CALLBACK | {"colour": "red"}),
        json.dumps(MONITOR),
        "[" * 4097,
    ],
)
def test_a_callback_must_have_its_form(account: Account, parameters: str | None) -> None:
    """What is not a function to call for this device is refused, and nothing is set."""
    given = {} if parameters is None else {"DeviceMethodParameters": parameters}

    account.one_click_refuses(
        "InvalidRequestException",
        "InvokeDeviceMethod",
        DeviceId=account.claimed_button(),
        DeviceMethod={"DeviceType": "button", "MethodName": "setOnClickCallback"},
        **given,
    )


@pytest.mark.parametrize("threshold", [-1, 100.1, "10", True, None])
def test_a_monitors_threshold_is_a_percentage(account: Account, threshold: object) -> None:
    """0 to 100."""
    given = CALLBACK | {"condition": {"remainingLifeLowerThan": threshold}}

    account.one_click_refuses(
        "InvalidRequestException",
        "InvokeDeviceMethod",
        DeviceId=account.claimed_button(),
        DeviceMethod={"DeviceType": "device", "MethodName": "setDeviceHealthMonitorCallback"},
        DeviceMethodParameters=json.dumps(given),
    )


def test_a_disabled_device_answers_no_method(account: Account) -> None:
    """Its methods can still be listed."""
    device_id = account.claimed_button()
    account.one_click("UpdateDeviceState", DeviceId=device_id, Enabled=False)

    account.one_click_refuses(
        "PreconditionFailedException",
        "InvokeDeviceMethod",
        DeviceId=device_id,
        DeviceMethod={"DeviceType": "button", "MethodName": "setOnClickCallback"},
        DeviceMethodParameters=json.dumps(CALLBACK),
    )

    assert len(account.one_click("GetDeviceMethods", DeviceId=device_id)["DeviceMethods"]) == 5


def test_callbacks_go_with_the_owner(account: Account, neighbour: Account) -> None:
    """The next owner of a button is not told whom the last one called."""
    device_id = account.claimed_button()
    invoke(account, device_id, "button", "setOnClickCallback", CALLBACK)
    account.one_click("UnclaimDevice", DeviceId=device_id)
    neighbour.one_click("InitiateDeviceClaim", DeviceId=device_id)
    neighbour.site.press(device_id)
    neighbour.one_click("FinalizeDeviceClaim", DeviceId=device_id)
    neighbour.one_click("UpdateDeviceState", DeviceId=device_id, Enabled=True)

    assert invoke(neighbour, device_id, "button", "getOnClickCallback") == {}
