"""botocore itself, without a network: it writes and we read, we write and it reads."""

from typing import Any
from urllib.parse import parse_qsl

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.wire.errors import COMMON, ServiceError
from gateway.wire.message import Request, Response
from gateway.wire.protocols import PROTOCOLS
from gateway.wire.service import ServiceModel, load
from gateway.wire.timestamps import parse_timestamp
from tests.wire.sdk import Sdk, request_of
from tests.wire.values import inputs, outputs

_MODELS = [load("iot1click-devices"), load("alexaforbusiness")]
_OPERATIONS = [pytest.param(model, name, id=name) for model in _MODELS for name in model.operations]
_ERRORS = [
    pytest.param(model, code, id=f"{model.name}-{code}") for model in _MODELS for code in (*model.errors, *COMMON)
]
_FEW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize(("model", "name"), _OPERATIONS)
@_FEW
@given(data=st.data())
def test_parameters_arrive_as_the_sdk_was_given_them(
    sdk: Sdk, model: ServiceModel, name: str, data: st.DataObject
) -> None:
    """Whatever parameters a client gives its SDK, the service gets the same ones."""
    params = data.draw(inputs(model.operations[name]))

    answer = sdk.call(model.name, name, params, response=_empty(model, name))
    operation, parsed = PROTOCOLS[model.protocol].parse_request(model, request_of(answer["request"]))

    assert operation == name
    assert _without_token(parsed, params) == params


@pytest.mark.parametrize(("model", "name"), _OPERATIONS)
@_FEW
@given(data=st.data())
def test_parameters_are_sent_as_the_sdk_sends_them(
    sdk: Sdk, model: ServiceModel, name: str, data: st.DataObject
) -> None:
    """A call that the gateway writes is the one that an SDK would have written: method, path, query, headers, body."""
    params = data.draw(inputs(model.operations[name]))
    if "ClientRequestToken" in model.operations[name].input.members:
        params = {"ClientRequestToken": "0123456789", **params}

    theirs = request_of(sdk.call(model.name, name, params, response=_empty(model, name))["request"])
    ours = PROTOCOLS[model.protocol].serialize_request(model, model.operations[name], params)

    assert (ours.method, ours.path) == (theirs.method, theirs.path or "/")
    assert _queried(ours) == _queried(theirs)
    assert orjson.loads(ours.body or b"{}") == orjson.loads(theirs.body or b"{}")
    assert [theirs.header(header) for header, _ in ours.headers] == [value for _, value in ours.headers]


@pytest.mark.parametrize(("model", "name"), _OPERATIONS)
@_FEW
@given(data=st.data())
def test_output_arrives_as_the_service_gave_it(sdk: Sdk, model: ServiceModel, name: str, data: st.DataObject) -> None:
    """Whatever the service answers, the client gets the same from its SDK, and nothing for what is None."""
    operation = model.operations[name]
    output = data.draw(outputs(operation))
    params = data.draw(inputs(operation))
    nothing = dict.fromkeys(operation.output.members if operation.output else {})

    response = PROTOCOLS[model.protocol].serialize_response(operation, nothing | output)
    answer = sdk.call(model.name, name, params, response=response)

    assert answer["output"] == output
    assert answer["status"] == operation.status


@pytest.mark.parametrize(("model", "code"), _ERRORS)
def test_every_error_is_raised_by_its_name(sdk: Sdk, model: ServiceModel, code: str) -> None:
    """A client catches each modelled error as its SDK's exception of that name, and reads code, message and status."""
    members = {"ClientRequestToken": "token-0123456789"} if code == "ResourceInUseException" else {}
    error = ServiceError(code, "Words for the caller: é", members)

    response = PROTOCOLS[model.protocol].serialize_error(model, error)
    answer = sdk.call(model.name, _any_operation(model), {}, response=response)["error"]

    assert (answer["code"], answer["message"], answer["status"]) == (code, error.message, response.status)
    assert answer["modelled"] == (code in model.errors)
    assert members.items() <= answer["members"].items()


def _any_operation(model: ServiceModel) -> str:
    return "ListDevices" if "ListDevices" in model.operations else "SearchDevices"


def _queried(request: Request) -> list[tuple[str, object]]:
    """The query's fields; a time is the same in any form."""
    fields = parse_qsl(request.query, keep_blank_values=True, strict_parsing=bool(request.query))
    return [(name, parse_timestamp(value) if name.endswith("TimeStamp") else value) for name, value in sorted(fields)]


def _empty(model: ServiceModel, name: str) -> Response:
    return Response(model.operations[name].status, (("content-type", "application/json"),), b"{}")


def _without_token(parsed: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    """Drop the idempotency token that an SDK adds of its own."""
    return {key: value for key, value in parsed.items() if key != "ClientRequestToken" or key in params}
