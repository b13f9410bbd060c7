from datetime import UTC, datetime

import pytest

from gateway.wire.aws_json import parse_request, serialize_error, serialize_response
from gateway.wire.errors import ServiceError
from gateway.wire.message import Request
from gateway.wire.service import ServiceModel

_TARGET = "AlexaForBusiness.SearchDevices"


def _request(target: str | None = _TARGET, body: bytes = b"{}", method: str = "POST", path: str = "/") -> Request:
    headers = (("x-amz-target", target),) if target is not None else ()
    return Request(method, "/alexa-for-business" + path, path, "", headers, body)


@pytest.mark.parametrize("path", ["", "/"])
@pytest.mark.parametrize("body", [b"", b"{}", b'{"NextToken": null, "Unheard": 1}'])
def test_a_request_is_read(alexa: ServiceModel, path: str, body: bytes) -> None:
    """The header names the operation, at the prefix with and without its slash."""
    assert parse_request(alexa, _request(body=body, path=path)) == ("SearchDevices", {})


def test_parameters_are_read_by_their_names(alexa: ServiceModel) -> None:
    """Lists of structures arrive as they were sent."""
    body = b'{"MaxResults": 5, "Filters": [{"Key": "RoomName", "Values": ["K\xc3\xbcche"]}]}'

    _, params = parse_request(alexa, _request(body=body))

    assert params == {"MaxResults": 5, "Filters": [{"Key": "RoomName", "Values": ["Küche"]}]}


@pytest.mark.parametrize(
    "request_",
    [
        _request(target=None),
        _request(target=""),
        _request(target="SearchDevices"),
        _request(target="AlexaForBusiness.SearchSkillGroups"),
        _request(target="AlexaForBusiness.searchDevices"),
        _request(target="AlexaForBusiness.SearchDevices.x"),
        _request(target="DynamoDB_20120810.SearchDevices"),
        _request(method="GET"),
        _request(path="/devices"),
        _request(path="//"),
    ],
)
def test_what_is_no_operation_is_said_so(alexa: ServiceModel, request_: Request) -> None:
    """Another operation of the real service, another service, path or method is an unknown operation."""
    with pytest.raises(ServiceError) as refusal:
        parse_request(alexa, request_)

    assert refusal.value.code == "UnknownOperationException"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"MaxResults=5", "not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"MaxResults": "5"}', "'MaxResults' is not an integer"),
        (b'{"MaxResults": true}', "'MaxResults' is not an integer"),
        (b'{"MaxResults": 1.5}', "'MaxResults' is not an integer"),
        (b'{"Filters": {}}', "'Filters' is not a list"),
        (b'{"Filters": [null]}', r"'Filters\[0\]' is not an object"),
        (b'{"Filters": [{"Values": [1]}]}', r"'Filters\[0\].Values\[0\]' is not a string"),
    ],
)
def test_what_cannot_be_read_is_refused(alexa: ServiceModel, body: bytes, words: str) -> None:
    """A body of the wrong form is refused, with the place at fault."""
    with pytest.raises(ServiceError, match=words) as refusal:
        parse_request(alexa, _request(body=body))

    assert refusal.value.code == "SerializationException"


def test_an_answer_has_times_as_numbers(alexa: ServiceModel) -> None:
    """Times are seconds since the epoch, and None-valued members are left out at every depth."""
    at = datetime(2019, 7, 17, 15, 45, 12, 500_000, tzinfo=UTC)
    response = serialize_response(
        alexa.operations["SearchDevices"],
        {
            "Devices": [{"DeviceName": "é", "RoomArn": None, "DeviceStatusInfo": {"ConnectionStatusUpdatedTime": at}}],
            "NextToken": None,
            "TotalCount": 1,
        },
    )

    assert response.status == 200
    assert response.headers == (("content-type", "application/x-amz-json-1.1"),)
    assert response.body.decode() == (
        '{"Devices":[{"DeviceName":"é","DeviceStatusInfo":{"ConnectionStatusUpdatedTime":1563378312.5}}],"TotalCount":1}'
    )


def test_an_operation_without_output_answers_an_empty_object(alexa: ServiceModel) -> None:
    """SDKs of this protocol expect an object even where it holds nothing."""
    assert serialize_response(alexa.operations["TagResource"], {}).body == b"{}"


def test_an_error_has_its_name_in_the_body(alexa: ServiceModel) -> None:
    """`__type` names the error; further members of its shape stand beside the message."""
    error = ServiceError("ResourceInUseException", "In use.", {"ClientRequestToken": "token-0123456789"})

    response = serialize_error(alexa, error)

    assert response.status == 400
    assert response.body == (
        b'{"ClientRequestToken":"token-0123456789","__type":"ResourceInUseException","Message":"In use."}'
    )


def test_an_error_beyond_the_model_is_a_bug(alexa: ServiceModel) -> None:
    """An error that the service cannot have is not invented on the wire."""
    with pytest.raises(KeyError, match="ForbiddenException"):
        serialize_error(alexa, ServiceError("ForbiddenException", ""))
