import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from gateway.store.accounts import add_account
from gateway.store.database import Database
from gateway.store.migrate import MIGRATIONS, NewerDatabaseError, UnusableDatabaseError, migrate, newest_revision
from gateway.store.postgres import PostgresDatabase
from gateway.store.sqlite import SqliteDatabase
from gateway.store.tables import accounts, metadata


@pytest.fixture
async def new_sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    database = SqliteDatabase(tmp_path / "100% new.db")
    yield database
    await database.close()


@pytest.fixture
async def new_postgres(postgres_url: str) -> AsyncIterator[Database]:
    database = PostgresDatabase(postgres_url)
    yield database
    await database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def new_database(request: pytest.FixtureRequest) -> Database:
    fixture: Database = request.getfixturevalue(f"new_{request.param}")
    return fixture


def sqlite_schema(connection: Connection) -> list[str]:
    statement = text("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name != 'alembic_version'")
    return sorted(" ".join(sql.replace('"', "").split()) for sql in connection.execute(statement).scalars())


def postgres_schema(connection: Connection) -> list[str]:
    columns = text(
        "SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || coalesce(collation_name, '') || ' '"
        " || is_nullable || ' ' || coalesce(column_default, '') || ' ' || ordinal_position"
        " || coalesce(col_description(('public.' || table_name)::regclass, ordinal_position), '')"
        " FROM information_schema.columns WHERE table_schema = 'public' AND table_name != 'alembic_version'"
    )
    indexes = text("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename != 'alembic_version'")
    keys = text("SELECT conrelid::regclass || pg_get_constraintdef(oid) FROM pg_constraint WHERE contype IN ('f', 'u')")
    return sorted(row for statement in (columns, indexes, keys) for row in connection.execute(statement).scalars())


def schema(connection: Connection) -> list[str]:
    return sqlite_schema(connection) if connection.dialect.name == "sqlite" else postgres_schema(connection)


async def test_the_migrations_make_the_tables(new_database: Database) -> None:
    """A migrated database is like one made from the tables: columns, types, collations, keys, indexes, comments."""
    await migrate(new_database)
    migrated = await new_database.read(schema)
    await new_database.write(metadata.drop_all)
    await new_database.write(metadata.create_all)

    assert migrated == await new_database.read(schema)
    assert len(migrated) > len(metadata.tables)


async def test_data_is_kept(new_database: Database) -> None:
    """Starting again finds what was stored before."""
    await migrate(new_database)
    await new_database.write(lambda connection: add_account(connection, "123456789012", 1))
    await migrate(new_database)

    rows = await new_database.read(lambda connection: connection.execute(accounts.select()).all())
    assert [tuple(row) for row in rows] == [("123456789012", 1)]
    assert await new_database.read(revision) == newest_revision()


async def test_processes_that_start_at_once_migrate_once(new_postgres: Database, postgres_url: str) -> None:
    """Replicas that come up together do not trip over each other."""
    other = PostgresDatabase(postgres_url)
    await asyncio.gather(*(migrate(database) for database in (new_postgres, other, new_postgres, other)))
    await other.close()

    assert await new_postgres.read(revision) == newest_revision()


async def test_a_newer_database_is_left_alone(new_database: Database) -> None:
    """Going back to an older version says so, rather than writing what the newer one cannot read."""
    await migrate(new_database)
    await new_database.write(
        lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9'"))
    )
    await new_database.write(lambda connection: connection.execute(text("DROP TABLE tags")))
    before = await new_database.read(schema)
    with pytest.raises(NewerDatabaseError, match=f"revision 9.*newest is {newest_revision()}.*newer version"):
        await migrate(new_database)

    assert await new_database.read(schema) == before
    assert await new_database.read(revision) == "9"


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """It is left as it is; where the database is named is told."""
    file = tmp_path / "notes.txt"
    file.write_text("This is no database, and never was one.")
    database = SqliteDatabase(file)
    with pytest.raises(UnusableDatabaseError, match=r"cannot be used \(.*not a database\): check database_url"):
        await migrate(database)
    await database.close()

    assert file.read_text() == "This is no database, and never was one."


async def test_a_server_that_does_not_answer_is_refused() -> None:
    """A PostgreSQL that is not there is told with what the network said."""
    database = PostgresDatabase("postgresql://nobody@127.0.0.1:9/nothing")
    with pytest.raises(UnusableDatabaseError, match=r"cannot be used \(.*\): check database_url"):
        await migrate(database)
    await database.close()


async def test_a_file_may_have_any_name(tmp_path: Path) -> None:
    """Characters that mean something in an address mean nothing in a path."""
    file = tmp_path / "a?b#c%20d.db"
    database = SqliteDatabase(file)
    await migrate(database)
    await database.close()

    assert file.is_file()


async def test_a_migration_that_fails_changes_nothing(new_database: Database) -> None:
    """A database that is in use for something else keeps what it has."""
    await new_database.write(lambda connection: connection.execute(text("CREATE TABLE users (name TEXT)")))
    with pytest.raises(DBAPIError):
        await migrate(new_database)

    assert await new_database.read(lambda connection: inspect(connection).get_table_names()) == ["users"]


def test_a_migration_is_named_after_its_revision() -> None:
    """What is newest can be told from the files, without Alembic; there is one line of migrations."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    revisions = list(scripts.walk_revisions())

    assert scripts.get_heads() == [newest_revision()]
    assert all(Path(script.path).name.startswith(f"{script.revision}_") for script in revisions)


def test_a_start_with_nothing_to_do_is_quick(tmp_path: Path) -> None:
    """Alembic, which takes long to import, is left alone."""
    program = (
        "import asyncio, sys, pathlib\n"
        "from gateway.store.migrate import migrate\n"
        "from gateway.store.sqlite import SqliteDatabase\n"
        "async def main():\n"
        "    database = SqliteDatabase(pathlib.Path(sys.argv[1]))\n"
        "    await migrate(database)\n"
        "    await database.close()\n"
        "asyncio.run(main())\n"
        "print('alembic' in sys.modules)"
    )
    starts = [
        subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / "new.db")], check=True, capture_output=True, text=True
        ).stdout.strip()
        for _ in range(2)
    ]

    assert starts == ["True", "False"]


def revision(connection: Connection) -> str | None:
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found
