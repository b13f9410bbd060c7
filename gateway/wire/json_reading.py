"""Members of a structure in a JSON body, by their wire names, to Python values by their SDK names."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NoReturn

import orjson
from msgspec import Struct

from gateway.wire.errors import serialization
from gateway.wire.service import Shape
from gateway.wire.timestamps import parse_epoch, parse_timestamp


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
    try:
        return _structure_reader(shape)(document)
    except _OfAnotherTypeError as error:
        raise serialization(f"'{error.where}' is not {error.noun}.") from error


class _OfAnotherTypeError(Exception):
    """A value is not what the model says; on the way out the error learns where it was, innermost step first."""

    def __init__(self, noun: str) -> None:
        super().__init__(noun)
        self.noun = noun
        self.steps: list[str] = []

    @property
    def where(self) -> str:
        return "".join(reversed(self.steps)).removeprefix(".")


class _Reader(Struct, frozen=True):
    """How a shape is read: the types that JSON may have for it, a word for it, and what to make of one (None: as is).

    Made once for each shape, because an answer has hundreds of values of a few shapes.
    """

    accepted: frozenset[type]
    noun: str
    convert: Callable[[Any], object] | None

    def read(self, value: object) -> object:
        if type(value) not in self.accepted:
            _refuse(self.noun)
        return value if self.convert is None else self.convert(value)


@cache
def _structure_reader(shape: Shape) -> Callable[[dict[str, Any]], dict[str, Any]]:
    readers = {name: _reader(member.shape) for name, member in shape.members.items() if member.location == "body"}
    members = [
        (shape.members[name].wire_name, name, reader.accepted, reader.noun, reader.convert)
        for name, reader in readers.items()
    ]

    def read(document: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        wire_name = ""
        try:
            for wire_name, name, accepted, noun, convert in members:
                value = document.get(wire_name)
                if value is None:
                    continue
                if type(value) not in accepted:
                    _refuse(noun)
                found[name] = value if convert is None else convert(value)
        except _OfAnotherTypeError as error:
            error.steps.append(f".{wire_name}")
            raise
        return found

    return read


def _list_reader(shape: Shape) -> Callable[[list[Any]], list[object]]:
    element = _reader(shape.held())
    accepted, noun, convert = element.accepted, element.noun, element.convert

    def read(items: list[Any]) -> list[object]:
        found: list[object] = []  # how many were read tells which one was wrong
        try:
            for item in items:
                if type(item) not in accepted:
                    _refuse(noun)
                found.append(item if convert is None else convert(item))
        except _OfAnotherTypeError as error:
            error.steps.append(f"[{len(found)}]")
            raise
        return found

    return read


def _map_reader(shape: Shape) -> Callable[[dict[str, Any]], dict[str, object]]:
    element = _reader(shape.held())

    def read(document: dict[str, Any]) -> dict[str, object]:
        key = ""
        found: dict[str, object] = {}
        try:
            for key, value in document.items():
                found[key] = element.read(value)
        except _OfAnotherTypeError as error:
            error.steps.append(f"[{key!r}]")
            raise
        return found

    return read


def _read_timestamp(value: str | float) -> datetime:
    try:
        return parse_timestamp(value) if isinstance(value, str) else parse_epoch(value)
    except ValueError as error:
        raise _OfAnotherTypeError("a timestamp") from error


def _refuse(noun: str) -> NoReturn:
    raise _OfAnotherTypeError(noun)


def _reader(shape: Shape) -> _Reader:
    if shape.type == "structure":
        return _Reader(frozenset({dict}), "an object", _structure_reader(shape))
    if shape.type == "list":
        return _Reader(frozenset({list}), "a list", _list_reader(shape))
    if shape.type == "map":
        return _Reader(frozenset({dict}), "an object", _map_reader(shape))
    return _LEAVES[shape.type]


_LEAVES: Mapping[str, _Reader] = {
    "string": _Reader(frozenset({str}), "a string", None),
    "integer": _Reader(frozenset({int}), "an integer", None),
    "long": _Reader(frozenset({int}), "an integer", None),
    "float": _Reader(frozenset({int, float}), "a number", None),
    "double": _Reader(frozenset({int, float}), "a number", None),
    "boolean": _Reader(frozenset({bool}), "a boolean", None),
    "timestamp": _Reader(frozenset({int, float, str}), "a timestamp", _read_timestamp),
}
