"""Parameters held against their operation's model: types, limits, patterns, what is required."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from msgspec import Struct, field

from gateway.wire.errors import ServiceError
from gateway.wire.patterns import compiled
from gateway.wire.service import Operation, Shape

_MAX_REPORTED = 10
_MAX_ECHOED = 100
_UNSTORABLE = re.compile(r"[\0\uD800-\uDFFF]")
_INTEGER_BITS = {"integer": 31, "long": 63}


def check_input(operation: Operation, params: Mapping[str, Any]) -> None:
    """Refuse parameters, by their SDK names, that the model does not allow; None is absent, unknown names pass.

    Raises the service's own ServiceError for invalid input, which names every member at fault (ten at most). Beyond the
    model, a string with a NUL or a lone surrogate is refused, because no store could give it back.
    """
    found = failures(operation.input, params)
    if not found:
        return
    plural = "error" if len(found) == 1 else "errors"
    text = f"{len(found)} validation {plural} detected: " + "; ".join(failure.text for failure in found)
    raise ServiceError(operation.invalid_input, text)


class Failure(Struct, frozen=True):
    """A value that its shape does not allow: `where` is the way to it, as in `Filters[0].Key`; `text` tells why."""

    where: str
    text: str


def failures(shape: Shape, value: object) -> Sequence[Failure]:
    """What a structure of the model does not allow in a value, in the model's order, ten at most."""
    report = _Report()
    _check_structure(shape, value, "", report)
    return report.failures


class _Report(Struct, frozen=True):
    failures: list[Failure] = field(default_factory=list)

    def add(self, where: str, value: object, constraint: str) -> None:
        if len(self.failures) < _MAX_REPORTED:
            told = f"Value {_echo(value)} at '{where}' failed to satisfy constraint: Member must {constraint}"
            self.failures.append(Failure(where, told))


def _echo(value: object) -> str:
    if value is None:
        return "null"
    text = value if isinstance(value, str) else str(value)
    short = text if len(text) <= _MAX_ECHOED else text[:_MAX_ECHOED] + "…"
    return "'" + short.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode() + "'"


def _check_structure(shape: Shape, value: object, where: str, report: _Report) -> None:
    if type(value) is not dict and not isinstance(value, Mapping):
        report.add(where, value, "be a structure")
        return
    prefix = where + "." if where else ""
    for name in shape.required:
        if value.get(name) is None:
            report.add(prefix + name, None, "not be null")
    for name, member in shape.members.items():
        item = value.get(name)
        if item is not None:
            _CHECKS[member.shape.type](member.shape, item, prefix + name, report)


def _check_list(shape: Shape, value: object, where: str, report: _Report) -> None:
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        report.add(where, value, "be a list")
        return
    if not _check_size(shape, value, len(value), where, report) or shape.element is None:
        return
    check = _CHECKS[shape.element.type]
    for index, item in enumerate(value):
        check(shape.element, item, f"{where}[{index}]", report)


def _check_map(shape: Shape, value: object, where: str, report: _Report) -> None:
    if not isinstance(value, Mapping):
        report.add(where, value, "be a map")
        return
    if not _check_size(shape, value, len(value), where, report) or shape.key is None or shape.element is None:
        return
    check = _CHECKS[shape.element.type]
    for key, item in value.items():
        _check_string(shape.key, key, f"{where} (key)", report)
        check(shape.element, item, f"{where}[{_echo(key)}]", report)


def _check_size(shape: Shape, value: object, size: int, where: str, report: _Report) -> bool:
    if shape.minimum is not None and size < shape.minimum:
        report.add(where, value, f"have length greater than or equal to {shape.minimum}")
        return False
    if shape.maximum is not None and size > shape.maximum:
        report.add(where, value, f"have length less than or equal to {shape.maximum}")
        return False
    return True


def _check_string(shape: Shape, value: object, where: str, report: _Report) -> None:
    if not isinstance(value, str):
        report.add(where, value, "be a string")
        return
    if (not value.isascii() or "\0" in value) and _UNSTORABLE.search(value):
        report.add(where, value, "have neither NUL nor lone surrogate characters")
        return
    # A pattern is tried on text of allowed length only, so that its cost is bounded.
    sized = _check_size(shape, value, len(value), where, report)
    if sized and shape.pattern and not compiled(shape.pattern).fullmatch(value):
        report.add(where, value, f"satisfy regular expression pattern: {shape.pattern}")
    if shape.enum and value not in shape.enum:
        report.add(where, value, f"satisfy enum value set: [{', '.join(shape.enum)}]")


def _check_number(shape: Shape, value: object, where: str, report: _Report) -> None:
    if not _is_number(shape, value):
        report.add(where, value, f"be {'an integer' if shape.type in _INTEGER_BITS else 'a number'}")
        return
    number: Any = value
    if shape.minimum is not None and number < shape.minimum:
        report.add(where, value, f"have value greater than or equal to {shape.minimum}")
    if shape.maximum is not None and number > shape.maximum:
        report.add(where, value, f"have value less than or equal to {shape.maximum}")


def _is_number(shape: Shape, value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    bits = _INTEGER_BITS.get(shape.type)
    if bits is None:
        return math.isfinite(value)
    return isinstance(value, int) and -(2**bits) <= value < 2**bits


def _check_boolean(_shape: Shape, value: object, where: str, report: _Report) -> None:
    if not isinstance(value, bool):
        report.add(where, value, "be a boolean")


def _check_timestamp(_shape: Shape, value: object, where: str, report: _Report) -> None:
    if not isinstance(value, datetime) or value.utcoffset() is None:
        report.add(where, value, "be a timestamp with an offset")


_Check: TypeAlias = Callable[[Shape, object, str, _Report], None]
_CHECKS: Mapping[str, _Check] = {
    "structure": _check_structure,
    "list": _check_list,
    "map": _check_map,
    "string": _check_string,
    "integer": _check_number,
    "long": _check_number,
    "float": _check_number,
    "double": _check_number,
    "boolean": _check_boolean,
    "timestamp": _check_timestamp,
}
