import contextlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.errors import ServiceError
from gateway.wire.input_check import check_input
from gateway.wire.service import ServiceModel, load

_NOW = datetime(2019, 7, 17, tzinfo=UTC)
_ARN = "arn:aws:a4b:us-east-1:123456789012:device/x"
_WINDOW = {"DeviceId": "G030PM0123456789", "FromTimeStamp": _NOW, "ToTimeStamp": _NOW}
_ALEXA = load("alexaforbusiness")


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("one_click", "ListDevices", {}),
        ("one_click", "ListDevices", {"MaxResults": 250, "DeviceType": None, "Unheard": object()}),
        ("one_click", "ListDeviceEvents", _WINDOW | {"MaxResults": 1}),
        ("one_click", "TagResource", {"ResourceArn": "a", "Tags": {"k": "v", "": ""}}),
        ("one_click", "UntagResource", {"ResourceArn": "a", "TagKeys": ("k",)}),
        ("one_click", "UpdateDeviceState", {"DeviceId": "x", "Enabled": False}),
        ("alexa", "GetDevice", {}),
        ("alexa", "SearchDevices", {"Filters": [{"Key": "k", "Values": ["v"] * 50}] * 25}),
        ("alexa", "UpdateDevice", {"DeviceArn": _ARN, "DeviceName": "\U0001f514" * 100}),
        ("alexa", "CreateUser", {"UserId": "u", "FirstName": "", "Email": "a@example.com"}),
        ("alexa", "StartDeviceSync", {"Features": ["ALL"]}),
    ],
)
def test_valid_input_passes(
    request: pytest.FixtureRequest, service: str, operation: str, params: dict[str, Any]
) -> None:
    """What the model allows is allowed, to its limits; members it does not know are ignored."""
    model: ServiceModel = request.getfixturevalue(service)

    check_input(model.operations[operation], params)


@pytest.mark.parametrize(
    ("service", "operation", "params", "words"),
    [
        (
            "one_click",
            "DescribeDevice",
            {},
            "Value null at 'DeviceId' failed to satisfy constraint: Member must not be null",
        ),
        ("one_click", "DescribeDevice", {"DeviceId": 1}, "Value '1' at 'DeviceId' .* be a string"),
        (
            "one_click",
            "ListDevices",
            {"MaxResults": 251},
            "Value '251' at 'MaxResults' .* value less than or equal to 250",
        ),
        ("one_click", "ListDevices", {"MaxResults": 0}, "'MaxResults' .* value greater than or equal to 1"),
        ("one_click", "ListDevices", {"MaxResults": True}, "'MaxResults' .* be an integer"),
        ("one_click", "ListDevices", {"MaxResults": 1.0}, "'MaxResults' .* be an integer"),
        ("one_click", "ListDeviceEvents", _WINDOW | {"ToTimeStamp": "2019"}, "'ToTimeStamp' .* be a timestamp"),
        (
            "one_click",
            "ListDeviceEvents",
            _WINDOW | {"ToTimeStamp": _NOW.replace(tzinfo=None)},
            "'ToTimeStamp' .* be a timestamp with an offset",
        ),
        ("one_click", "UpdateDeviceState", {"DeviceId": "x", "Enabled": "yes"}, "'Enabled' .* be a boolean"),
        ("one_click", "InvokeDeviceMethod", {"DeviceId": "x", "DeviceMethod": []}, "'DeviceMethod' .* be a structure"),
        ("one_click", "TagResource", {"ResourceArn": "a", "Tags": [("k", "v")]}, "'Tags' .* be a map"),
        ("one_click", "TagResource", {"ResourceArn": "a", "Tags": {"k": None}}, r"'Tags\['k'\]' .* be a string"),
        ("one_click", "TagResource", {"ResourceArn": "a", "Tags": {1: "v"}}, r"'Tags \(key\)' .* be a string"),
        ("one_click", "UntagResource", {"ResourceArn": "a", "TagKeys": "key"}, "'TagKeys' .* be a list"),
        ("alexa", "GetDevice", {"DeviceArn": "arn:x"}, "'DeviceArn' .* satisfy regular expression pattern: arn:"),
        ("alexa", "UpdateDevice", {"DeviceName": "x"}, "'DeviceName' .* length greater than or equal to 2"),
        ("alexa", "UpdateDevice", {"DeviceName": "x" * 101}, "'DeviceName' .* length less than or equal to 100"),
        (
            "alexa",
            "SearchDevices",
            {"Filters": [{"Key": "k", "Values": []}] * 26},
            "'Filters' .* length less than or equal to 25",
        ),
        ("alexa", "SearchDevices", {"Filters": [{"Key": "k"}]}, r"'Filters\[0\]\.Values' .* not be null"),
        (
            "alexa",
            "SearchDevices",
            {"SortCriteria": [{"Key": "k", "Value": "UP"}]},
            r"Value 'UP' at 'SortCriteria\[0\]\.Value' .* satisfy enum value set: \[ASC, DESC\]",
        ),
        ("alexa", "CreateUser", {"UserId": "u", "Email": "a@b"}, "'Email' .* regular expression"),
        ("alexa", "CreateUser", {"UserId": "u!"}, "'UserId' .* regular expression"),
        ("alexa", "CreateUser", {"UserId": None}, "Value null at 'UserId' .* not be null"),
    ],
)
def test_invalid_input_is_refused_by_name(
    request: pytest.FixtureRequest, service: str, operation: str, params: dict[str, Any], words: str
) -> None:
    """A parameter out of the model is refused with the service's own error, which names the member and the limit."""
    model: ServiceModel = request.getfixturevalue(service)
    code = {"one_click": "InvalidRequestException", "alexa": "ValidationException"}[service]

    with pytest.raises(ServiceError, match=r"1 validation error detected: .*" + words) as refusal:
        check_input(model.operations[operation], params)

    assert refusal.value.code == code


def test_every_member_at_fault_is_named(alexa: ServiceModel) -> None:
    """One refusal tells all that is wrong, up to ten faults, so that a client can mend it in one go."""
    with pytest.raises(
        ServiceError, match=r"2 validation errors detected: .*'NextToken'.*; .*'SortCriteria"
    ) as refusal:
        check_input(alexa.operations["SearchDevices"], {"SortCriteria": [{"Value": "ASC"}], "NextToken": ""})
    with pytest.raises(ServiceError, match="10 validation errors detected"):
        check_input(alexa.operations["UntagResource"], {"Arn": _ARN, "TagKeys": [""] * 1000})

    assert "SortCriteria[0].Key" in refusal.value.message


@pytest.mark.parametrize("text", ["a\x00", "\ud800", "x\udfff"])
def test_text_that_no_store_could_keep_is_refused(one_click: ServiceModel, text: str) -> None:
    """A NUL or half a character is refused wherever it stands, and the refusal itself can be written as UTF-8."""
    for params in ({"DeviceId": text}, {"DeviceId": "x", "Tags": {text: "v"}}, {"DeviceId": "x", "Tags": {"k": text}}):
        with pytest.raises(ServiceError, match="neither NUL nor lone surrogate") as refusal:
            check_input(one_click.operations["FinalizeDeviceClaim"], params)

        assert "\0" not in refusal.value.message
        assert refusal.value.message.encode()


def test_a_long_value_is_not_echoed_whole(alexa: ServiceModel) -> None:
    """A refusal stays short, however long the value that it refuses."""
    with pytest.raises(ServiceError) as refusal:
        check_input(alexa.operations["UpdateDevice"], {"DeviceName": "x" * 100_000})

    assert len(refusal.value.message) < 300


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(_ALEXA.operations)), st.data())
def test_whatever_arrives_is_passed_or_refused(name: str, data: st.DataObject) -> None:
    """Input of any shape at all is valid or a ServiceError; it never breaks the check."""
    operation = _ALEXA.operations[name]
    params = data.draw(st.dictionaries(st.sampled_from(sorted(operation.input.members)), _JSON))

    with contextlib.suppress(ServiceError):
        check_input(operation, params)
