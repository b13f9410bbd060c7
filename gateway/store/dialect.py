"""Where SQLite and PostgreSQL say the same thing through different parts of SQLAlchemy."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Table, Text, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def insert_into(connection: Connection, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """INSERT that can be told what to do on conflict; each database has its own, and only that in use is imported."""
    dialect: Any = import_module(f"sqlalchemy.dialects.{connection.dialect.name}")
    insert: postgresql.Insert | sqlite.Insert = dialect.insert(table)
    return insert


def insert_or_ignore(connection: Connection, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """INSERT that leaves a row of the same key as it is; rowcount tells."""
    return insert_into(connection, table).on_conflict_do_nothing()


def contains(connection: Connection, column: ColumnElement[str], part: str) -> ColumnElement[bool]:
    """Whether the text has the part in it, taken as it is: `%` and `_` stand for themselves."""
    position = func.strpos(column, part) if connection.dialect.name == "postgresql" else func.instr(column, part)
    return position > 0


class JsonRows(FunctionElement[str]):
    """An aggregate: these columns of every row as one JSON array of arrays, in no order; no rows: `[]` or null.

    What belongs to a row is read with it, by the same statement, whatever databases call that.
    """

    type = Text()
    inherit_cache = True


@compiles(JsonRows, "sqlite")
def _json_rows_of_sqlite(element: JsonRows, compiler: SQLCompiler, **given: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    return f"json_group_array(json_array({compiler.process(element.clauses, **given)}))"


@compiles(JsonRows, "postgresql")
def _json_rows_of_postgresql(element: JsonRows, compiler: SQLCompiler, **given: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    return f"CAST(json_agg(json_build_array({compiler.process(element.clauses, **given)})) AS TEXT)"
