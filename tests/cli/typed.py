"""Commands of `gateway`, typed in an empty directory."""

from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import create_engine

from gateway.cli import main
from gateway.store.data_directory import DATABASE_FILE
from gateway.store.tables import metadata


@dataclass(frozen=True, slots=True)
class Typed:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


def typed(*arguments: str, given: bytes | None = None) -> Typed:
    """Type `gateway` with these arguments; what is a bug is raised."""
    result = CliRunner().invoke(main, arguments, input=given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Typed(result.exit_code, result.stdout, result.stderr)


def rows(data: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the store of a data directory."""
    engine = create_engine(f"sqlite:///{data / DATABASE_FILE}")
    with engine.connect() as connection:
        found = {
            table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
            for table in metadata.sorted_tables
        }
    engine.dispose()
    return found
