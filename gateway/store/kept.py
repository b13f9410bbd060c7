"""Kept statements, straight to SQLite's driver: SQLAlchemy takes four times as long to run one as SQLite does.

SQLAlchemy makes their text, once. Only a connection that names its driver is read so; every other one, PostgreSQL's
among them, is asked through SQLAlchemy.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import CompoundSelect, Connection, Row, Select
from sqlalchemy.dialects import sqlite

KeptStatement: TypeAlias = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]
AnyRow: TypeAlias = Row[*tuple[Any, ...]] | tuple[Any, ...]
"""The columns in order. A Boolean may be 0 or 1, which is what SQLite has for it."""

DRIVER = "driver"
"""Where `Connection.info` names the sqlite3 connection that kept statements may go to."""

TEXTS_KEPT = 512

_NAMED = sqlite.dialect(paramstyle="named")  # a parameter that a statement has fifty times is bound once


def kept_rows(connection: Connection, statement: KeptStatement, values: Mapping[str, object]) -> Sequence[AnyRow]:
    """The rows of a statement that is the same object at every call.

    Columns and parameters are texts, numbers and Booleans. A list of values, which makes a text of its own for each of
    its lengths, is left to SQLAlchemy.
    """
    driver = connection.info.get(DRIVER)
    if driver is None:
        return connection.execute(statement, values).all()
    text, constants = _text(statement)
    if text is None:
        return connection.execute(statement, values).all()
    rows: Sequence[AnyRow] = driver.execute(text, {**constants, **values}).fetchall()
    return rows


@lru_cache(maxsize=TEXTS_KEPT)
def _text(statement: KeptStatement) -> tuple[str | None, Mapping[str, object]]:
    """The statement as text, and the values that it brings along; no text where it has a list of values."""
    compiled = statement.compile(dialect=_NAMED)
    if any(parameter.expanding for parameter in compiled.binds.values()):
        return None, {}
    return str(compiled), compiled.params
