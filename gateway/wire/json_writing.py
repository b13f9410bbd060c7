"""Python values by their SDK names, to members of a structure in a JSON body, by their wire names."""

from collections.abc import Mapping
from typing import Any

import orjson

from gateway.wire.service import Member, Shape
from gateway.wire.timestamps import format_epoch, format_iso8601


def write_body(shape: Shape, output: Mapping[str, Any]) -> bytes:
    """Write a structure as a JSON object, without the members that are None.

    Raises ValueError for a member that the model does not have, TypeError for a value that JSON does not have.
    """
    return orjson.dumps(_write_structure(shape, output))


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
        element = shape.held()
        return [_write(element, item) for item in value]
    if shape.type == "map":
        element = shape.held()
        return {key: _write(element, item) for key, item in value.items()}
    return format_epoch(value) if shape.type == "timestamp" else value
