"""The json 1.1 protocol: `POST /`, the operation in a header, everything else in a JSON body."""

from collections.abc import Mapping
from typing import Any

import orjson

from gateway.wire.errors import ServiceError, status_of, unknown_operation
from gateway.wire.json_reading import read_body
from gateway.wire.json_writing import write_body
from gateway.wire.message import Request, Response
from gateway.wire.protocol import WireProtocol
from gateway.wire.service import Operation, ServiceModel

_CONTENT_TYPE = ("content-type", "application/x-amz-json-1.1")


def serialize_request(model: ServiceModel, operation: Operation, params: Mapping[str, Any]) -> Request:
    """Write a call without its signature. Raises ValueError for an unknown member."""
    headers = (_CONTENT_TYPE, ("x-amz-target", f"{model.target_prefix}.{operation.name}"))
    return Request("POST", "/", "/", "", headers, write_body(operation.input, params))


def parse_request(model: ServiceModel, request: Request) -> tuple[str, dict[str, Any]]:
    """Answer the operation's name and its parameters by their SDK names.

    Raises ServiceError: UnknownOperationException, SerializationException.
    """
    prefix, _, name = (request.header("x-amz-target") or "").partition(".")
    operation = model.operations.get(name)
    if operation is None or prefix != model.target_prefix or request.method != "POST" or request.path not in {"", "/"}:
        raise unknown_operation()
    return operation.name, read_body(operation.input, request.body)


def serialize_response(operation: Operation, output: Mapping[str, Any]) -> Response:
    """Write an output by its SDK names; None-valued members are left out. Raises ValueError for an unknown member."""
    body = write_body(operation.output, output) if operation.output else b""
    return Response(operation.status, (_CONTENT_TYPE,), body)


def serialize_error(model: ServiceModel, error: ServiceError) -> Response:
    """Write an error: its name in `__type`, its message and further members beside it.

    Raises KeyError for an error that the service cannot have.
    """
    status = status_of(model, error.code)
    if status is None:
        raise KeyError(error.code)
    body = orjson.dumps({**error.members, "__type": error.code, "Message": error.message})
    return Response(status, (_CONTENT_TYPE,), body)


def allowed_methods(_model: ServiceModel, _request: Request) -> tuple[str, ...]:
    return ()


AWS_JSON = WireProtocol(serialize_request, parse_request, serialize_response, serialize_error, allowed_methods)
