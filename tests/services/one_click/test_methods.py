import json
from typing import Any

import pytest

from gateway.wire.errors import ServiceError
from tests.services.one_click.fleet import BUTTON, HERE, NEIGHBOUR, Fleet, button_id

LAMBDA = {"awsLambdaArn": "arn:aws:lambda:us-west-2:123456789012:function:alarm:live"}
ON_CLICK = {"deviceId": BUTTON, "callback": LAMBDA}
HEALTH = {"deviceId": BUTTON, "callback": LAMBDA, "condition": {"remainingLifeLowerThan": 10}}


async def invoke(fleet: Fleet, method: dict[str, str], **params: object) -> object:
    answer = await fleet.call("InvokeDeviceMethod", DeviceId=BUTTON, DeviceMethod=method, **params)
    return json.loads(answer["DeviceMethodResponse"])


async def test_a_button_has_five_methods(fleet: Fleet) -> None:
    """Three of any device, two of a button."""
    await fleet.claimed()

    assert (await fleet.call("GetDeviceMethods", DeviceId=BUTTON))["DeviceMethods"] == [
        {"DeviceType": "device", "MethodName": "getDeviceHealthParameters"},
        {"DeviceType": "device", "MethodName": "setDeviceHealthMonitorCallback"},
        {"DeviceType": "device", "MethodName": "getDeviceHealthMonitorCallback"},
        {"DeviceType": "button", "MethodName": "setOnClickCallback"},
        {"DeviceType": "button", "MethodName": "getOnClickCallback"},
    ]


async def test_another_type_has_the_methods_of_a_device(fleet: Fleet) -> None:
    """What is not a button has no click to call back for."""
    await fleet.manufacture(["SENSOR1"], kind="sensor")
    await fleet.claimed(device_id="SENSOR1")
    methods = (await fleet.call("GetDeviceMethods", DeviceId="SENSOR1"))["DeviceMethods"]

    assert {method["DeviceType"] for method in methods} == {"device"}
    await fleet.refused(
        "InvalidRequestException",
        "InvokeDeviceMethod",
        DeviceId="SENSOR1",
        DeviceMethod={"MethodName": "getOnClickCallback"},
    )


async def test_health_is_told_in_percent(fleet: Fleet) -> None:
    """As the real service sent it, where descriptions are fractions."""
    await fleet.claimed()

    health = await invoke(fleet, {"DeviceType": "device", "MethodName": "getDeviceHealthParameters"})
    assert health == {"remainingLife": 99.95}


@pytest.mark.parametrize(
    ("device_type", "noun", "callback"),
    [("button", "OnClickCallback", ON_CLICK), ("device", "DeviceHealthMonitorCallback", HEALTH)],
)
async def test_a_callback_is_stored_and_read_back(
    fleet: Fleet, device_type: str, noun: str, callback: dict[str, object]
) -> None:
    """Nothing before it was set; the last one set after."""
    await fleet.claimed()
    getter = {"DeviceType": device_type, "MethodName": f"get{noun}"}
    setter = {"DeviceType": device_type, "MethodName": f"set{noun}"}
    before = await invoke(fleet, getter)
    told = await invoke(fleet, setter, DeviceMethodParameters=json.dumps(callback))

    assert (before, told) == ({}, {})
    assert await invoke(fleet, getter) == callback


async def test_callbacks_of_two_kinds_stand_beside_each_other(fleet: Fleet) -> None:
    """Setting one leaves the other."""
    await fleet.claimed()
    await invoke(fleet, {"MethodName": "setOnClickCallback"}, DeviceMethodParameters=json.dumps(ON_CLICK))

    assert await invoke(fleet, {"MethodName": "getDeviceHealthMonitorCallback"}) == {}
    assert await invoke(fleet, {"MethodName": "getOnClickCallback"}) == ON_CLICK


@pytest.mark.parametrize(
    "method",
    [
        {"MethodName": "explode"},
        {"DeviceType": "device", "MethodName": "getOnClickCallback"},
        {"DeviceType": "lamp", "MethodName": "getDeviceHealthParameters"},
        {"DeviceType": "device"},
        {},
        None,
    ],
)
async def test_an_unknown_method_is_invalid(fleet: Fleet, method: dict[str, str] | None) -> None:
    """A method that the device's type does not have, or none."""
    await fleet.claimed()

    await fleet.refused("InvalidRequestException", "InvokeDeviceMethod", DeviceId=BUTTON, DeviceMethod=method)


@pytest.mark.parametrize("parameters", ["", "{}", "null"])
@pytest.mark.parametrize("name", ["getDeviceHealthParameters", "getDeviceHealthMonitorCallback", "getOnClickCallback"])
async def test_a_get_method_takes_no_parameters(fleet: Fleet, name: str, parameters: str) -> None:
    """Not even empty ones."""
    await fleet.claimed()

    await fleet.refused(
        "InvalidRequestException",
        "InvokeDeviceMethod",
        DeviceId=BUTTON,
        DeviceMethod={"MethodName": name},
        DeviceMethodParameters=parameters,
    )


@pytest.mark.parametrize(
    ("parameters", "word"),
    [
        (None, "JSON object"),
        ("", "JSON object"),
        ("[]", "JSON object"),
        ("{", "JSON object"),
        ("[" * 4000, "JSON object"),
        (json.dumps({"callback": LAMBDA, "deviceId": "x" * 5000}), "4096"),
        ("{}", "awsLambdaArn"),
        (json.dumps({"callback": "arn"}), "awsLambdaArn"),
        (json.dumps({"callback": {}}), "awsLambdaArn"),
        (json.dumps({"callback": {"awsLambdaArn": 1}}), "awsLambdaArn"),
        (json.dumps({"callback": {"awsLambdaArn": "arn:aws:sns:us-west-2:123456789012:topic"}}), "awsLambdaArn"),
        (json.dumps({"callback": LAMBDA | {"more": 1}}), "awsLambdaArn"),
        (json.dumps({"callback": LAMBDA, "deviceId": button_id(2)}), "deviceId"),
        (json.dumps({"callback": LAMBDA, "more": 1}), "'more'"),
        (json.dumps(HEALTH), "'condition'"),
    ],
)
async def test_a_callback_of_another_form_is_invalid(fleet: Fleet, parameters: str | None, word: str) -> None:
    """The message says what is wrong, and the callback that was set stays."""
    await fleet.claimed()
    await invoke(fleet, {"MethodName": "setOnClickCallback"}, DeviceMethodParameters=json.dumps(ON_CLICK))

    message = await fleet.refused(
        "InvalidRequestException",
        "InvokeDeviceMethod",
        DeviceId=BUTTON,
        DeviceMethod={"MethodName": "setOnClickCallback"},
        DeviceMethodParameters=parameters,
    )
    assert word in message


@pytest.mark.parametrize("condition", [None, {}, {"remainingLifeLowerThan": "10"}, {"remainingLifeLowerThan": 101}, 10])
async def test_a_health_monitor_needs_its_threshold(fleet: Fleet, condition: object) -> None:
    """In percent, from 0 to 100."""
    await fleet.claimed()

    message = await fleet.refused(
        "InvalidRequestException",
        "InvokeDeviceMethod",
        DeviceId=BUTTON,
        DeviceMethod={"MethodName": "setDeviceHealthMonitorCallback"},
        DeviceMethodParameters=json.dumps({"callback": LAMBDA, "condition": condition}),
    )
    assert "remainingLifeLowerThan" in message


async def test_a_disabled_device_answers_no_method(fleet: Fleet) -> None:
    """Enable it first; its methods can be listed all the same."""
    await fleet.claimed(enabled=False)
    await fleet.refused(
        "PreconditionFailedException",
        "InvokeDeviceMethod",
        DeviceId=BUTTON,
        DeviceMethod={"MethodName": "getDeviceHealthParameters"},
    )

    assert len((await fleet.call("GetDeviceMethods", DeviceId=BUTTON))["DeviceMethods"]) == 5


async def test_methods_of_many_are_told_at_once(fleet: Fleet) -> None:
    """Each answer stands where its question stood."""
    await fleet.claimed()
    await fleet.claimed(NEIGHBOUR, button_id(2))
    ids = [button_id(2), BUTTON]
    foreign, own = await fleet.service.call_many(HERE, "GetDeviceMethods", [{"DeviceId": one} for one in ids])

    assert isinstance(foreign, ServiceError)
    assert not isinstance(own, ServiceError)
    assert len(own["DeviceMethods"]) == 5


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ({}, "DeviceMethod is missing"),
        ({"DeviceMethod": {}}, "DeviceMethod is missing"),
        ({"DeviceMethod": {"DeviceType": "button"}}, "MethodName of DeviceMethod is missing"),
    ],
)
async def test_what_is_missing_is_named(fleet: Fleet, method: dict[str, Any], told: str) -> None:
    """The model asks for neither the method nor its name; who leaves them out is told which."""
    await fleet.claimed()

    assert await fleet.refused("InvalidRequestException", "InvokeDeviceMethod", DeviceId=BUTTON, **method) == told
