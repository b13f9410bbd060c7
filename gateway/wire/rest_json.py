"""The rest-json protocol: an operation is a method and a path, its parameters stand in path, query and JSON body."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_to_bytes

import orjson
from msgspec import Struct

from gateway.wire.errors import ServiceError, serialization, status_of, unknown_operation
from gateway.wire.json_reading import read_body
from gateway.wire.json_writing import write_body
from gateway.wire.message import Request, Response
from gateway.wire.protocol import WireProtocol
from gateway.wire.service import Member, Operation, ServiceModel, Shape
from gateway.wire.timestamps import format_iso8601, parse_timestamp

_CONTENT_TYPE = ("content-type", "application/json")
_MAX_QUERY_FIELDS = 1000
_NO_CONTENT = 204
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)


def serialize_request(_model: ServiceModel, operation: Operation, params: Mapping[str, Any]) -> Request:
    """Write a call without its signature. Raises ValueError for an unknown member, KeyError without a label's value."""
    form = _form(operation)
    segments = list(operation.path)
    for index, name in form.labels:
        segments[index] = _encoded(params[name])
    path = "/" + "/".join(segments)
    given = [(wire_name, params[name]) for name, wire_name in form.query if params.get(name) is not None]
    query = "&".join([f"{name}={_encoded(each)}" for name, value in given for each in _each(value)])
    body = {name: value for name, value in params.items() if name not in form.outside_the_body}
    if not body:
        return Request(operation.method, path, path, query, (), b"")
    return Request(operation.method, path, path, query, (_CONTENT_TYPE,), write_body(operation.input, body))


def parse_request(model: ServiceModel, request: Request) -> tuple[str, dict[str, Any]]:
    """Answer the operation's name and its parameters by their SDK names.

    The path is cut while still percent-encoded, so a label may hold an encoded slash. Of a scalar's repeated query
    keys the last one counts. Raises ServiceError: UnknownOperationException, SerializationException.
    """
    segments = _segments(request.path)
    operation = next((each for each in _on_path(model, segments) if each.method == request.method), None)
    if operation is None:
        raise unknown_operation()
    members = operation.input.members.values()
    params = read_body(operation.input, request.body) if any(each.location == "body" for each in members) else {}
    params |= _read_query([each for each in members if each.location == "querystring"], request.query)
    labels = dict(zip(operation.path, segments, strict=True))
    params |= {each.name: _decoded(labels[_label(each)]) for each in members if each.location == "uri"}
    return operation.name, params


def allowed_methods(model: ServiceModel, request: Request) -> tuple[str, ...]:
    """Answer the methods that the request's path is known by, in order; none for an unknown path."""
    methods = {operation.method for operation in _on_path(model, _segments(request.path))}
    return tuple(sorted({"OPTIONS", *methods})) if methods else ()


def serialize_response(operation: Operation, output: Mapping[str, Any]) -> Response:
    """Write an output by its SDK names; None-valued members are left out. Raises ValueError for an unknown member."""
    if operation.output is None or operation.status == _NO_CONTENT:
        return Response(operation.status, (), b"")
    return Response(operation.status, (_CONTENT_TYPE,), write_body(operation.output, output))


def serialize_error(model: ServiceModel, error: ServiceError) -> Response:
    """Write an error: its name in a header (by which SDKs know it), its status number and message in the body.

    Raises KeyError for an error that the service cannot have.
    """
    status = status_of(model, error.code)
    if status is None:
        raise KeyError(error.code)
    body = orjson.dumps({**error.members, "code": str(status), "message": error.message})
    return Response(status, (_CONTENT_TYPE, ("x-amzn-errortype", error.code)), body)


class _Form(Struct, frozen=True):
    """Where an operation's members go: `labels` by their segment of the path, `query` with their names there."""

    labels: tuple[tuple[int, str], ...]
    query: tuple[tuple[str, str], ...]
    outside_the_body: frozenset[str]


@cache
def _form(operation: Operation) -> _Form:
    members = operation.input.members.values()
    return _Form(
        tuple((operation.path.index(_label(each)), each.name) for each in members if each.location == "uri"),
        tuple((each.name, each.wire_name) for each in members if each.location == "querystring"),
        frozenset(each.name for each in members if each.location != "body"),
    )


def _each(value: Any) -> Sequence[object]:  # noqa: ANN401 - a member of any type
    return value if isinstance(value, list | tuple) else (value,)


def _encoded(value: object) -> str:
    """The value as it stands in a path or a query, percent-encoded."""
    if isinstance(value, datetime):
        return format_iso8601(value).replace(":", "%3A")
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return text if text.isascii() and text.isalnum() else quote(text, safe="")


def _segments(path: str) -> list[str]:
    return path.split("/")[1:]


def _on_path(model: ServiceModel, segments: Sequence[str]) -> list[Operation]:
    return [operation for operation in model.operations.values() if _fits(operation.path, segments)]


def _fits(template: Sequence[str], segments: Sequence[str]) -> bool:
    return len(template) == len(segments) and all(
        segment != "" if part.startswith("{") else part == segment
        for part, segment in zip(template, segments, strict=True)
    )


def _label(member: Member) -> str:
    return "{" + member.wire_name + "}"


def _decoded(segment: str) -> str:
    try:
        return unquote_to_bytes(segment).decode()
    except UnicodeDecodeError as error:
        raise serialization("The path is not UTF-8.") from error


def _read_query(members: Sequence[Member], query: str) -> dict[str, Any]:
    if not members or not query:
        return {}
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=_MAX_QUERY_FIELDS)
    except ValueError as error:
        raise serialization("The query is not UTF-8, or has too many fields.") from error
    params: dict[str, Any] = {}
    for member in members:
        values = [value for key, value in pairs if key == member.wire_name]
        if values:
            params[member.name] = _read_query_member(member, values)
    return params


def _read_query_member(member: Member, values: Sequence[str]) -> object:
    try:
        if member.shape.type == "list" and member.shape.element:
            return [_read_text(member.shape.element, value) for value in values]
        return _read_text(member.shape, values[-1])
    except ValueError as error:
        raise serialization(f"'{member.wire_name}' is not of type {member.shape.type}.") from error


def _read_text(shape: Shape, text: str) -> object:
    return _TEXT_READERS[shape.type](text)


def _read_integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _read_boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(text)
    return text == "true"


_TEXT_READERS: Mapping[str, Callable[[str], object]] = {
    "string": str,
    "integer": _read_integer,
    "long": _read_integer,
    "boolean": _read_boolean,
    "timestamp": parse_timestamp,
}

REST_JSON = WireProtocol(serialize_request, parse_request, serialize_response, serialize_error, allowed_methods)
