"""Conditions over what a caller asks for. Text that no database could hold matches nothing."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, false, or_

from gateway.model.text import name_key
from gateway.store.dialect import contains
from gateway.store.text import is_storable

UNKNOWN = "UNKNOWN"


def is_one_of(column: ColumnElement[str], values: Iterable[str]) -> ColumnElement[bool]:
    """An empty list matches nothing."""
    return column.in_([value for value in values if is_storable(value)])


def is_one_of_keys(column: ColumnElement[str], names: Iterable[str]) -> ColumnElement[bool]:
    """Whole names, compared by name_key, which the column holds."""
    return is_one_of(column, map(name_key, names))


def is_word(column: ColumnElement[str], words: Sequence[StrEnum], known: type[StrEnum]) -> ColumnElement[bool]:
    """One of the words, where UNKNOWN stands for what is absent or not known to this version."""
    listed = is_one_of(column, [word.value for word in words if word.value != UNKNOWN])
    if all(word.value != UNKNOWN for word in words):
        return listed
    return or_(listed, column.is_(None), column.not_in([word.value for word in known if word.value != UNKNOWN]))


def has_part(connection: Connection, column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """A part of a name, compared by name_key, which the column holds."""
    part = name_key(name)
    return contains(connection, column, part) if is_storable(part) else false()
