"""Members of a structure in a JSON body, by their wire names, to and from Python values by their SDK names."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

import orjson

from gateway.wire.errors import serialization
from gateway.wire.service import Member, Shape
from gateway.wire.timestamps import format_epoch, format_iso8601, parse_epoch, parse_timestamp


def read_body(shape: Shape, body: bytes) -> dict[str, Any]:
    """Read a JSON object's members; an empty body has none, null members are absent, unknown ones are ignored.

    Raises ServiceError SerializationException for what is not JSON, not an object, or not of a member's type.
    """
    if not body:
        return {}
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise serialization(f"The body is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise serialization("The body is not a JSON object.")
    return _read_structure(shape, document, "")


def write_body(shape: Shape, output: Mapping[str, Any]) -> bytes:
    """Write a structure as a JSON object, without the members that are None.

    Raises ValueError for a member that the model does not have, TypeError for a value that JSON does not have.
    """
    return orjson.dumps(_write_structure(shape, output))


def _read_structure(shape: Shape, document: Mapping[str, Any], where: str) -> dict[str, Any]:
    params: dict[str, Any] = {}
    for name, member in shape.members.items():
        value = document.get(member.wire_name) if member.location == "body" else None
        if value is not None:
            params[name] = _read(member.shape, value, f"{where}.{member.wire_name}" if where else member.wire_name)
    return params


def _read(shape: Shape, value: object, where: str) -> object:
    accepted, noun, convert = _READERS[shape.type]
    if not isinstance(value, accepted) or (isinstance(value, bool) and shape.type != "boolean"):
        raise serialization(f"'{where}' is not {noun}.")
    return convert(shape, value, where)


def _read_list(shape: Shape, value: Any, where: str) -> list[object]:  # noqa: ANN401 - JSON
    element = _element(shape)
    return [_read(element, item, f"{where}[{index}]") for index, item in enumerate(value)]


def _read_map(shape: Shape, value: Any, where: str) -> dict[str, object]:  # noqa: ANN401 - JSON
    element = _element(shape)
    return {key: _read(element, item, f"{where}[{key!r}]") for key, item in value.items()}


def _read_timestamp(_shape: Shape, value: Any, where: str) -> datetime:  # noqa: ANN401 - JSON
    try:
        return parse_timestamp(value) if isinstance(value, str) else parse_epoch(value)
    except ValueError as error:
        raise serialization(f"'{where}' is not a timestamp.") from error


def _as_is(_shape: Shape, value: object, _where: str) -> object:
    return value


def _element(shape: Shape) -> Shape:
    if shape.element is None:
        raise TypeError(f"{shape.name} holds nothing")
    return shape.element


_Reader: TypeAlias = tuple[type | tuple[type, ...], str, Callable[[Shape, Any, str], object]]
_READERS: Mapping[str, _Reader] = {
    "structure": (dict, "an object", _read_structure),
    "list": (list, "a list", _read_list),
    "map": (dict, "an object", _read_map),
    "string": (str, "a string", _as_is),
    "integer": (int, "an integer", _as_is),
    "long": (int, "an integer", _as_is),
    "float": ((int, float), "a number", _as_is),
    "double": ((int, float), "a number", _as_is),
    "boolean": (bool, "a boolean", _as_is),
    "timestamp": ((int, float, str), "a timestamp", _read_timestamp),
}


def _write_structure(shape: Shape, output: Mapping[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for name, value in output.items():
        member = shape.members.get(name)
        if member is None:
            raise ValueError(f"{shape.name} has no member {name}")
        if value is not None:
            document[member.wire_name] = _write_member(member, value)
    return document


def _write_member(member: Member, value: Any) -> object:  # noqa: ANN401 - output of any shape
    if member.timestamp_format == "iso8601":
        return format_iso8601(value)
    return _write(member.shape, value)


def _write(shape: Shape, value: Any) -> object:  # noqa: ANN401 - output of any shape
    if shape.type == "structure":
        return _write_structure(shape, value)
    if shape.type == "list":
        element = _element(shape)
        return [_write(element, item) for item in value]
    if shape.type == "map":
        element = _element(shape)
        return {key: _write(element, item) for key, item in value.items()}
    return format_epoch(value) if shape.type == "timestamp" else value
