"""The methods of a button: two of the type `button`, three that any `device` has."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from gateway.model.tenant import Tenant
from gateway.services.context import ServiceContext
from gateway.services.embedded import Params
from gateway.services.one_click import errors
from gateway.services.one_click.life import percent
from gateway.store.one_click_callbacks import Callback, callback_of, set_callback
from gateway.store.one_click_devices import ClaimedDevice, claimed_devices
from gateway.wire.errors import ServiceError

GET_HEALTH = "getDeviceHealthParameters"
METHODS: Mapping[str, str] = {
    GET_HEALTH: "device",
    "setDeviceHealthMonitorCallback": "device",
    "getDeviceHealthMonitorCallback": "device",
    "setOnClickCallback": "button",
    "getOnClickCallback": "button",
}
"""The type of device that each method is of, in the order of GetDeviceMethods."""

SETTERS = {"setDeviceHealthMonitorCallback": Callback.HEALTH_MONITOR, "setOnClickCallback": Callback.ON_CLICK}
GETTERS = {"getDeviceHealthMonitorCallback": Callback.HEALTH_MONITOR, "getOnClickCallback": Callback.ON_CLICK}

LAMBDA_ARN = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_:$-]{1,200}")
MAX_PARAMETERS = 4096


async def get_device_methods(context: ServiceContext, tenant: Tenant, params: Params) -> dict[str, Any]:
    (answer,) = await get_methods_of_devices(context, tenant, [params])
    if isinstance(answer, ServiceError):
        raise answer
    return answer


async def get_methods_of_devices(
    context: ServiceContext, tenant: Tenant, params: Sequence[Params]
) -> list[dict[str, Any] | ServiceError]:
    device_ids = [one["DeviceId"] for one in params]
    found = await context.database.read(lambda connection: claimed_devices(connection, tenant, device_ids))
    return [
        {"DeviceMethods": _methods_of(found[device_id])} if device_id in found else errors.device_not_found(device_id)
        for device_id in device_ids
    ]


async def invoke_device_method(context: ServiceContext, tenant: Tenant, params: Params) -> dict[str, Any]:
    """Carry out a method; what it answers travels as a JSON text. A disabled device answers none."""
    device_id, parameters = params["DeviceId"], params.get("DeviceMethodParameters")
    asked = params.get("DeviceMethod") or {}

    def invoke(connection: Connection) -> dict[str, Any]:
        device = claimed_devices(connection, tenant, [device_id]).get(device_id)
        if device is None:
            raise errors.device_not_found(device_id)
        method = _method(device, asked)
        callback = _checked_parameters(device_id, method, parameters)
        if not device.enabled:
            raise errors.device_disabled(device_id)
        if callback is not None:
            set_callback(connection, tenant, device_id, SETTERS[method], json.dumps(callback))
            return {}
        if method == GET_HEALTH:
            return {"remainingLife": percent(device.remaining_life)}
        stored: dict[str, Any] = json.loads(callback_of(connection, tenant, device_id, GETTERS[method]) or "{}")
        return stored

    run = context.database.write if asked.get("MethodName") in SETTERS else context.database.read
    return {"DeviceMethodResponse": json.dumps(await run(invoke))}


def _methods_of(device: ClaimedDevice) -> list[dict[str, str]]:
    return [
        {"DeviceType": device_type, "MethodName": method}
        for method, device_type in METHODS.items()
        if device_type in {"device", device.type}
    ]


def _method(device: ClaimedDevice, asked: Mapping[str, str]) -> str:
    """The name of the method, where the device has it; its type may be left out, because no two types share a name."""
    name, device_type = asked.get("MethodName"), asked.get("DeviceType")
    if name is None:
        raise errors.invalid_request(f"{'MethodName of DeviceMethod' if asked else 'DeviceMethod'} is missing")
    for method in _methods_of(device):
        if method["MethodName"] == name and device_type in {None, method["DeviceType"]}:
            return method["MethodName"]
    of_type = "" if device_type is None else f" of device type {device_type!r}"
    raise errors.invalid_request(f"Device {device.device_id!r} has no method {name!r}{of_type}")


def _checked_parameters(device_id: str, method: str, parameters: str | None) -> dict[str, Any] | None:
    """What a callback is to be set to; None for the methods that take nothing."""
    if method in SETTERS:
        return _callback(device_id, SETTERS[method], parameters)
    if parameters is not None:
        raise errors.invalid_request(f"Method {method} takes no parameters")
    return None


def _callback(device_id: str, callback: Callback, parameters: str | None) -> dict[str, Any]:
    given = _json_object(parameters)
    known = {"deviceId", "callback"} | ({"condition"} if callback is Callback.HEALTH_MONITOR else set())
    unknown = sorted(given.keys() - known)
    if unknown:
        raise errors.invalid_request(f"DeviceMethodParameters has the unknown member {unknown[0]!r}")
    if given.get("deviceId", device_id) != device_id:
        raise errors.invalid_request("deviceId of DeviceMethodParameters must be the device's own")
    _check_lambda(given.get("callback"))
    if callback is Callback.HEALTH_MONITOR:
        _check_condition(given.get("condition"))
    return given


def _json_object(parameters: str | None) -> dict[str, Any]:
    try:
        given = json.loads(parameters) if parameters and len(parameters) <= MAX_PARAMETERS else None
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        message = f"DeviceMethodParameters must be a JSON object of at most {MAX_PARAMETERS} characters"
        raise errors.invalid_request(message)
    return given


def _check_lambda(callback: object) -> None:
    arn = callback.get("awsLambdaArn") if isinstance(callback, dict) and len(callback) == 1 else None
    if not isinstance(arn, str) or not LAMBDA_ARN.fullmatch(arn):
        raise errors.invalid_request("callback of DeviceMethodParameters must be {awsLambdaArn: the ARN of a function}")


def _check_condition(condition: object) -> None:
    below = condition.get("remainingLifeLowerThan") if isinstance(condition, dict) and len(condition) == 1 else None
    if isinstance(below, bool) or not isinstance(below, int | float) or not 0 <= below <= 100:  # noqa: PLR2004 - percent
        message = "condition of DeviceMethodParameters must be {remainingLifeLowerThan: percent, 0 to 100}"
        raise errors.invalid_request(message)
