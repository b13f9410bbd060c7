"""What a database is asked, in SQL, without what begins and ends transactions."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import Engine, event

from gateway.store.database import Database
from gateway.store.sqlite import SqliteDatabase

TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK")


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements that a database carries out meanwhile; SQLite's have their values in them."""
    done: list[str] = []

    def note(statement: str) -> None:
        if not statement.startswith(TRANSACTION):
            done.append(statement)

    with ExitStack() as stack:
        if isinstance(database, SqliteDatabase):
            for engine in (database._reader, database._scanner, database._writer):
                stack.enter_context(traced(engine.raw_connection().driver_connection, note))
        else:
            stack.enter_context(_heard(note))
        yield done


@contextmanager
def traced(driver: Any, note: Callable[[str], None]) -> Iterator[None]:  # noqa: ANN401 - SQLAlchemy tells no type of it
    """Tell what a connection of sqlite3 carries out meanwhile: not all of it goes through SQLAlchemy."""
    driver.set_trace_callback(note)
    try:
        yield
    finally:
        driver.set_trace_callback(None)


@contextmanager
def _heard(note: Callable[[str], None]) -> Iterator[None]:
    def told(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        note(statement)

    event.listen(Engine, "before_cursor_execute", told)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", told)
