"""Where SQLite and PostgreSQL say the same thing through different parts of SQLAlchemy."""

from sqlalchemy import ColumnElement, Connection, Table, func
from sqlalchemy.dialects import postgresql, sqlite


def insert_or_ignore(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """INSERT that leaves a row of the same key as it is; rowcount tells."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def contains(connection: Connection, column: ColumnElement[str], part: str) -> ColumnElement[bool]:
    """Whether the text has the part in it, taken as it is: `%` and `_` stand for themselves."""
    position = func.strpos(column, part) if connection.dialect.name == "postgresql" else func.instr(column, part)
    return position > 0
