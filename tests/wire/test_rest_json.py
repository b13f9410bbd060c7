from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.wire.errors import ServiceError
from gateway.wire.message import Request
from gateway.wire.rest_json import allowed_methods, parse_request, serialize_error, serialize_response
from gateway.wire.service import ServiceModel

_ARN = "arn:aws:iot1click:us-west-2:123456789012:devices/G030PM0123456789"
_ENCODED = "arn%3Aaws%3Aiot1click%3Aus-west-2%3A123456789012%3Adevices%2FG030PM0123456789"


def _request(method: str, path: str, query: str = "", body: bytes = b"") -> Request:
    return Request(method, "/one-click" + path, path, query, (), body)


@pytest.mark.parametrize(
    ("request_", "operation", "params"),
    [
        (_request("GET", "/devices"), "ListDevices", {}),
        (_request("GET", "/devices", "maxResults=5&x=1"), "ListDevices", {"MaxResults": 5}),
        (_request("GET", "/devices", "deviceType=a&deviceType=b%20%2B"), "ListDevices", {"DeviceType": "b +"}),
        (_request("GET", "/devices", "nextToken="), "ListDevices", {"NextToken": ""}),
        (_request("GET", "/devices/a%20b"), "DescribeDevice", {"DeviceId": "a b"}),
        (_request("GET", "/devices/a+b"), "DescribeDevice", {"DeviceId": "a+b"}),
        (_request("GET", "/devices/a", body=b"never read"), "DescribeDevice", {"DeviceId": "a"}),
        (_request("GET", "/devices/events"), "DescribeDevice", {"DeviceId": "events"}),
        (_request("PUT", "/claims/C-1"), "ClaimDevicesByClaimCode", {"ClaimCode": "C-1"}),
        (_request("PUT", "/devices/a/state", body=b""), "UpdateDeviceState", {"DeviceId": "a"}),
        (
            _request("PUT", "/devices/a/state", body=b'{"enabled": true, "Enabled": 1, "deviceId": []}'),
            "UpdateDeviceState",
            {"DeviceId": "a", "Enabled": True},
        ),
        (_request("PUT", "/devices/a/state", body=b'{"enabled": null}'), "UpdateDeviceState", {"DeviceId": "a"}),
        (_request("GET", f"/tags/{_ENCODED}"), "ListTagsForResource", {"ResourceArn": _ARN}),
        (
            _request("DELETE", f"/tags/{_ENCODED}", "tagKeys=a%26&tagKeys=%C3%A9&tagKeys=a%26"),
            "UntagResource",
            {"ResourceArn": _ARN, "TagKeys": ["a&", "é", "a&"]},
        ),
        (
            _request("GET", "/devices/a/events", "fromTimeStamp=2019-07-17T15:45:12.880000Z&toTimeStamp=1563378313"),
            "ListDeviceEvents",
            {
                "DeviceId": "a",
                "FromTimeStamp": datetime(2019, 7, 17, 15, 45, 12, 880_000, tzinfo=UTC),
                "ToTimeStamp": datetime(2019, 7, 17, 15, 45, 13, tzinfo=UTC),
            },
        ),
    ],
)
def test_a_request_is_read(one_click: ServiceModel, request_: Request, operation: str, params: dict[str, Any]) -> None:
    """Path, query and body give the operation and its parameters by their SDK names."""
    assert parse_request(one_click, request_) == (operation, params)


@pytest.mark.parametrize(
    "request_",
    [
        _request("GET", ""),
        _request("GET", "/"),
        _request("GET", "/devices/"),
        _request("GET", "//devices"),
        _request("GET", "/Devices"),
        _request("POST", "/devices"),
        _request("get", "/devices"),
        _request("GET", "/devices/a/b/c"),
        _request("GET", "/tags/arn:aws:iot1click:us-west-2:1:devices/a"),
        _request("GET", "/devices?x"),
    ],
)
def test_what_is_no_operation_is_said_so(one_click: ServiceModel, request_: Request) -> None:
    """An unknown path, or another method on a known one, is an unknown operation."""
    with pytest.raises(ServiceError) as refusal:
        parse_request(one_click, request_)

    assert refusal.value.code == "UnknownOperationException"


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (_request("PUT", "/devices/a/state", body=b"{"), "not JSON"),
        (_request("PUT", "/devices/a/state", body=b'{"enabled": "\xff"}'), "not JSON"),
        (_request("PUT", "/devices/a/state", body=b'{"enabled": "\\ud800"}'), "not JSON"),
        (_request("PUT", "/devices/a/state", body=b"[]"), "not a JSON object"),
        (_request("PUT", "/devices/a/state", body=b"null"), "not a JSON object"),
        (_request("PUT", "/devices/a/state", body=b"[" * 100_000), "not JSON"),
        (_request("PUT", "/devices/a/state", body=b'{"enabled": 1}'), "'enabled' is not a boolean"),
        (
            _request("POST", "/devices/a/methods", body=b'{"deviceMethod": {"deviceType": 1}}'),
            "'deviceMethod.deviceType'",
        ),
        (_request("POST", "/tags/a", body=b'{"tags": {"k": null}}'), r"'tags\['k'\]' is not a string"),
        (_request("GET", "/devices", "maxResults=five"), "'maxResults' is not of type integer"),
        (_request("GET", "/devices", "maxResults=\uff11"), "'maxResults'"),
        (_request("GET", "/devices", "maxResults="), "'maxResults'"),
        (_request("GET", "/devices", "deviceType=%FF"), "not UTF-8"),
        (_request("GET", "/devices", "&".join(["tagKeys=a"] * 1001)), "too many fields"),
        (_request("GET", "/devices/%FF"), "not UTF-8"),
        (_request("GET", "/devices/a/events", "fromTimeStamp=yesterday"), "'fromTimeStamp' is not of type timestamp"),
    ],
)
def test_what_cannot_be_read_is_refused(one_click: ServiceModel, request_: Request, words: str) -> None:
    """A body, query or path of the wrong form is refused, with the place at fault."""
    with pytest.raises(ServiceError, match=words) as refusal:
        parse_request(one_click, request_)

    assert refusal.value.code == "SerializationException"


def test_allowed_methods_are_those_of_the_path(one_click: ServiceModel) -> None:
    """OPTIONS tells what a path takes, and nothing of a path that is not there."""
    assert allowed_methods(one_click, _request("OPTIONS", f"/tags/{_ENCODED}")) == ("DELETE", "GET", "OPTIONS", "POST")
    assert allowed_methods(one_click, _request("OPTIONS", "/devices")) == ("GET", "OPTIONS")
    assert allowed_methods(one_click, _request("OPTIONS", "/nowhere")) == ()


def test_an_answer_has_its_operations_status(one_click: ServiceModel) -> None:
    """Tagging answers 204 with nothing at all, an update an empty object, a list its members without the None ones."""
    tagged = serialize_response(one_click.operations["TagResource"], {})
    updated = serialize_response(one_click.operations["UpdateDeviceState"], {})
    listed = serialize_response(
        one_click.operations["ListDevices"],
        {"Devices": [{"DeviceId": "a", "Enabled": False, "RemainingLife": 0.5, "Type": None}], "NextToken": None},
    )

    assert (tagged.status, tagged.headers, tagged.body) == (204, (), b"")
    assert (updated.status, updated.body) == (200, b"{}")
    assert listed.headers == (("content-type", "application/json"),)
    assert listed.body == b'{"devices":[{"deviceId":"a","enabled":false,"remainingLife":0.5}]}'


def test_an_output_beyond_the_model_is_a_bug(one_click: ServiceModel) -> None:
    """A member that the model does not have never leaves silently."""
    with pytest.raises(ValueError, match="DeviceDescription has no member Secret"):
        serialize_response(one_click.operations["ListDevices"], {"Devices": [{"Secret": "x"}]})


def test_an_error_has_its_name_in_a_header(one_click: ServiceModel) -> None:
    """The header names the error, the body has the status as text, as the service had it."""
    response = serialize_error(one_click, ServiceError("ResourceConflictException", "Taken."))

    assert response.status == 409
    assert ("x-amzn-errortype", "ResourceConflictException") in response.headers
    assert response.body == b'{"code":"409","message":"Taken."}'


def test_an_error_beyond_the_model_is_a_bug(one_click: ServiceModel) -> None:
    """An error that the service cannot have is not invented on the wire."""
    with pytest.raises(KeyError, match="NotFoundException"):
        serialize_error(one_click, ServiceError("NotFoundException", ""))
