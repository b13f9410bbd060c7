"""An item of a file as the service's model has it: names, times, limits."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gateway.services.fleet.answers import Item
from gateway.services.fleet.documents import Problem, Step
from gateway.wire.input_check import failures
from gateway.wire.service import Member, Shape
from gateway.wire.timestamps import parse_epoch, parse_timestamp

_STEPS = re.compile(r"(\w+)|\[(\d+)\]")
_MAP = re.compile(r" \(|\['")


def checked(item: Item, shape: Shape, needed: Sequence[str]) -> tuple[Mapping[str, Any], list[Problem]]:
    """The item's members by their SDK names, with aware UTC times; and what the model does not allow in them.

    Names that the model does not know are left out, and so is null.
    """
    members = _structure(shape, item.members)
    problems = [
        Problem(item.place.within(name), f"{name} is missing") for name in needed if members.get(name) in (None, "")
    ]
    wrong = [Problem(item.place.within(*_steps(failure.where)), failure.text) for failure in failures(shape, members)]
    return members, problems + wrong


def _structure(shape: Shape, value: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, one in value.items():
        member = _member(shape, key)
        if member is not None and one is not None:
            found[member.name] = _value(member.shape, one)
    return found


def _member(shape: Shape, key: str) -> Member | None:
    return shape.members.get(key) or shape.members.get(key[:1].upper() + key[1:])


def _value(shape: Shape, value: Any) -> Any:  # noqa: ANN401 - JSON
    """What is not of the shape's type is left as it is: the check tells."""
    if shape.type == "structure" and isinstance(value, dict):
        return _structure(shape, value)
    if shape.type == "list" and isinstance(value, list) and shape.element is not None:
        element = shape.element
        return [_value(element, one) for one in value]
    if shape.type == "timestamp" and not isinstance(value, bool):
        return _time(value)
    return value


def _time(value: Any) -> datetime | Any:  # noqa: ANN401 - JSON
    """Seconds since 1970, as the first version of the command line prints, or ISO 8601, as the second does."""
    try:
        if isinstance(value, int | float):
            return parse_epoch(value)
        return parse_timestamp(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _steps(where: str) -> list[Step]:
    """The way that a failure tells, as far as it goes through members and lists; a map's keys stay with the map."""
    way = _MAP.split(where, maxsplit=1)[0]
    return [int(index) if index else name for name, index in _STEPS.findall(way)]
