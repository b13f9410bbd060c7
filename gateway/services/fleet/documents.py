"""JSON documents one after another in one text, and which line says what."""

import json
import re
from collections.abc import Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from gateway.services.fleet.refusal import FleetRefusal

Step: TypeAlias = str | int
"""A member of an object, or a place in a list."""

_SPACE = re.compile(r"[ \t\n\r]*")
_MOST_PROBLEMS = 10


class Place(Struct, frozen=True):
    """A value within a text: where its document starts, and the way to it from there."""

    text: str
    start: int
    path: tuple[Step, ...] = ()

    def within(self, *steps: Step) -> "Place":
        return Place(self.text, self.start, self.path + steps)

    @property
    def line(self) -> int:
        """Of the value, or of the innermost value around it that is there; the first line is 1."""
        return self.text.count("\n", 0, _position(self.text, self.start, self.path)) + 1

    @property
    def name(self) -> str:
        """The way to it, as in `Devices[3].Tags`."""
        return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path).lstrip(".")


class Problem(Struct, frozen=True):
    """What is wrong with the value at a place."""

    place: Place
    text: str

    def __str__(self) -> str:
        return f"line {self.place.line}: " + (f"{self.place.name}: " if self.place.path else "") + self.text


class WrongFile(FleetRefusal):
    """A file that cannot be imported; its message has a line for each problem, ten at most."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        more = len(problems) - _MOST_PROBLEMS
        lines = [*map(str, problems[:_MOST_PROBLEMS]), *([f"and {more} more"] if more > 0 else [])]
        super().__init__("nothing was imported\n" + "\n".join(lines))
        self.problems = tuple(problems)


class Document(Struct, frozen=True):
    value: Any
    place: Place


def decoded(data: bytes) -> str:
    """Text as command lines write it: UTF-8, or what a byte order mark says. Raise WrongFile."""
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        raise WrongFile([Problem(Place(before, len(before)), "this is not UTF-8 text")]) from error


def documents(text: str) -> list[Document]:
    """Every document of the text; raise WrongFile where it is no JSON, or none at all."""
    found = []
    end = _after_space(text, 0)
    while end < len(text):
        start = end
        value, end = _read(text, start)
        found.append(Document(value, Place(text, start)))
        end = _after_space(text, end)
    if not found:
        raise WrongFile([Problem(Place(text, 0), "there is no JSON document")])
    return found


def _read(text: str, start: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise WrongFile([Problem(Place(text, error.pos), f"this is not JSON: {error.msg}")]) from error
    except RecursionError as error:
        raise WrongFile([Problem(Place(text, start), "this is not an answer: too deeply nested")]) from error
    except ValueError as error:
        raise WrongFile([Problem(Place(text, start), f"this is not JSON: {error}")]) from error


def _no_number(constant: str) -> float:
    raise ValueError(f"{constant} is not a number")


_DECODER = json.JSONDecoder(parse_constant=_no_number)


def _after_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return position if match is None else match.end()


def _position(text: str, start: int, path: Sequence[Step]) -> int:
    """Where a value starts in a text that has been read before; its members are walked over again."""
    position = start
    for step in path:
        found = _element(text, position, step) if isinstance(step, int) else _member(text, position, step)
        if found is None:
            break
        position = found
    return position


def _element(text: str, start: int, index: int) -> int | None:
    if text[start : start + 1] != "[":
        return None
    position = _after_space(text, start + 1)
    for _ in range(index):
        position = _after_space(text, _DECODER.raw_decode(text, position)[1])
        if text[position] != ",":
            return None
        position = _after_space(text, position + 1)
    return None if text[position] == "]" else position


def _member(text: str, start: int, name: str) -> int | None:
    """Of members of one name the last one, as readers of JSON have it."""
    found = None
    position = _after_space(text, start + 1)
    if text[start : start + 1] != "{" or text[position] == "}":
        return None
    while True:
        key, position = _DECODER.raw_decode(text, position)
        value = _after_space(text, _after_space(text, position) + 1)
        if same_member(key, name):
            found = value
        position = _after_space(text, _DECODER.raw_decode(text, value)[1])
        if text[position] != ",":
            return found
        position = _after_space(text, position + 1)


def same_member(key: str, name: str) -> bool:
    """Whether a key of a file is a member of a service: the services themselves write some in lower camel case."""
    return key[:1].upper() + key[1:] == name or key == name
