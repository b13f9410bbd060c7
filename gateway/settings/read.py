"""Settings from what somebody wrote: made of it whole, or refused with all that is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

from msgspec import ValidationError, convert

from gateway.settings.kinds import told
from gateway.settings.not_usable import NotUsable

Read = TypeVar("Read")


class WrongSettings(NotUsable):
    """Settings that are unknown, missing, or not what they must be; a line for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def read(kind: type[Read], stated: Mapping[str, object], of: str = "") -> Read:
    """Make settings of what is stated by name, texts of numbers and the like understood; raise WrongSettings.

    `of`: what to call the whole that they are of, after their names.
    """
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]  # it is a dataclass
    problems = [f"unknown setting {name}{of}" for name in stated if name not in known]
    values: dict[str, object] = {}
    for name, field in known.items():
        if name not in stated:
            problems += [f"setting {name}{of} is missing"] if field.default is MISSING else []
            continue
        try:
            values[name] = _value(field, stated[name], of)
        except WrongSettings as wrong:
            problems += wrong.problems
    if problems:
        raise WrongSettings(problems)
    try:
        return kind(**values)
    except ValueError as error:
        raise WrongSettings([str(error)]) from error


def _value(field: Field[Any], stated: object, of: str) -> object:
    table = next(filter(is_dataclass, get_args(field.type)), None)
    if isinstance(table, type) and isinstance(stated, list) and all(isinstance(one, dict) for one in stated):
        return tuple(read(table, one, f" of source {number}") for number, one in enumerate(stated, 1))
    try:
        return convert(stated, field.type, strict=False, dec_hook=_path)
    except ValidationError as error:
        raise WrongSettings([f"setting {field.name}{of}: expected {told(field.type)}"]) from error


def _path(kind: type, value: object) -> Path:
    """What settings have that msgspec does not know."""
    if not isinstance(value, str | Path):
        message = f"{value!r} is no {kind.__name__}"
        raise TypeError(message)
    return Path(value)
