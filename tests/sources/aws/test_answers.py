import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import errors
from gateway.sources.aws.answers import AnswerParser
from gateway.sources.faults import FAULTS, UNAVAILABLE, UNREADABLE, Failed
from gateway.wire.service import load

ONE_CLICK, ALEXA = "iot1click-devices", "alexaforbusiness"


async def parse(service: str, operation: str, status: int, body: bytes, **headers: str) -> dict[str, Any]:
    response = {
        "status_code": status,
        "headers": {name.replace("_", "-"): value for name, value in headers.items()},
        "body": body,
        "context": {"operation_name": operation},
    }
    parser = AnswerParser(load(service)).create_parser("rest-json")
    return await parser.parse(response, None)


async def test_an_answer_has_its_members_by_their_sdk_names() -> None:
    """Members are named as SDKs name them, times are aware and UTC, null and unknown members are left out."""
    body = (
        b'{"Device": {"DeviceName": null, "Colour": "red", "DeviceStatusInfo": {"ConnectionStatusUpdatedTime": 1.5}}}'
    )
    answer = await parse(ALEXA, "GetDevice", 200, body)

    assert answer["Device"] == {
        "DeviceStatusInfo": {"ConnectionStatusUpdatedTime": datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)}
    }


@pytest.mark.parametrize(("operation", "status"), [("TagResource", 204), ("UpdateDeviceState", 200)])
@pytest.mark.parametrize("body", [b"", b"{}", b"ok"])
async def test_an_operation_that_answers_nothing_may_say_anything(operation: str, status: int, body: bytes) -> None:
    """Where there is nothing to learn from an answer its body is not looked at."""
    answer = await parse(ONE_CLICK, operation, status, body)

    assert answer.keys() == {"ResponseMetadata"}


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"{}", {"x_amzn_errortype": "ResourceNotFoundException"}),
        (b'{"code": "404"}', {"x_amzn_errortype": "ResourceNotFoundException"}),
        (b"{}", {"x_amzn_errortype": "ResourceNotFoundException:http://internal.amazon.com/coral/iot1click/"}),
        (b'{"__type": "com.amazonaws.iot1click#ResourceNotFoundException"}', {}),
        (b'{"code": "ResourceNotFoundException"}', {}),
    ],
)
async def test_an_error_by_any_of_its_names(body: bytes, headers: dict[str, str]) -> None:
    """AWS and its likes name an error in a header or in the body, with and without where it comes from."""
    with pytest.raises(Failed) as failed:
        await parse(ONE_CLICK, "DescribeDevice", 404, body, **headers)

    assert failed.value.fault is FAULTS["ResourceNotFoundException"]


@pytest.mark.parametrize("member", [b"message", b"Message"])
async def test_an_error_tells_its_message(member: bytes) -> None:
    """The service's words reach the caller whichever way the member is written."""
    with pytest.raises(Failed) as failed:
        await parse(ALEXA, "GetRoom", 400, b'{"__type": "NotFoundException", "%s": "no such room"}' % member)

    assert failed.value.message == "no such room"
    assert isinstance(failed.value.fault.error("hq", failed.value.message), errors.NotFound)


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b'{"message": 7}', b"\xff"])
async def test_an_error_without_a_name_is_some_other_servers(body: bytes) -> None:
    """A page of a proxy or a web server is neither a refusal nor a missing device."""
    with pytest.raises(Failed) as not_found:
        await parse(ONE_CLICK, "DescribeDevice", 404, body)
    with pytest.raises(Failed) as broken:
        await parse(ONE_CLICK, "DescribeDevice", 502, body)

    assert not_found.value.fault is UNREADABLE
    assert broken.value.fault is UNAVAILABLE


@pytest.mark.parametrize("status", [301, 302, 304, 307])
async def test_a_redirect_is_not_an_answer(status: int) -> None:
    """Even with a body that looks like one."""
    with pytest.raises(Failed) as failed:
        await parse(ONE_CLICK, "ListDevices", status, b'{"devices": []}')

    assert failed.value.fault is UNREADABLE


@pytest.mark.parametrize(
    "body",
    [
        b'{"Devices": {}}',
        b'{"Devices": [{"CreatedTime": "yesterday"}]}',
        b'{"Devices": [{"CreatedTime": 1e300}]}',
        b'{"Devices": [null]}',
        b'{"TotalCount": "3"}',
        b'{"TotalCount": 3.5}',
        b'{"TotalCount": NaN}',
    ],
)
async def test_a_member_of_another_type_is_not_understood(body: bytes) -> None:
    """No value of a wrong type gets further than this."""
    with pytest.raises(Failed) as failed:
        await parse(ALEXA, "SearchDevices", 200, body)

    assert failed.value.fault is UNREADABLE


WORDS = st.sampled_from(["Devices", "devices", "deviceId", "TotalCount", "CreatedTime", "code", "__type", "message"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(
    asked=st.sampled_from([(ONE_CLICK, "ListDevices"), (ONE_CLICK, "UnclaimDevice"), (ALEXA, "SearchDevices")]),
    status=st.integers(200, 599),
    body=st.binary(max_size=40) | JSON.map(lambda value: json.dumps(value).encode()),
    name=st.text(max_size=20),
)
async def test_no_answer_is_too_strange(asked: tuple[str, str], status: int, body: bytes, name: str) -> None:
    """Whatever comes over the wire is an answer or a failure with its fault, and never anything else."""
    told: object
    try:
        told = (await parse(*asked, status, body, x_amzn_errortype=name))["ResponseMetadata"]["HTTPStatusCode"]
    except Failed as failed:
        told = failed.fault.error("hq", failed.message)

    assert told == status or isinstance(told, errors.GatewayError)
