import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings
from sqlalchemy import Connection, make_url, text

from gateway.store.database import Database
from gateway.store.postgres import PostgresDatabase
from gateway.store.sqlite import SqliteDatabase
from gateway.store.tables import metadata
from tests.clock import Clock
from tests.logged import log_as_before

DATABASE_NUMBERS = count(1)

# How long an example takes is the machine's affair; what is slow is found by the bench.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """What is said to the log, which is one for all, ends with the test."""
    yield
    log_as_before()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a PostgreSQL server's own database, for CREATE DATABASE."""
    with warnings.catch_warnings(action="ignore"):
        # It warns when it is imported where there is no XDG_RUNTIME_DIR.
        pgserver = pytest.importorskip("pgserver", reason="pgserver has no build for this version of Python")
    # Not pytest's own folder: the server runs as another user, who may not look into it.
    server = pgserver.get_server(tempfile.mkdtemp(prefix="postgres-"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres_with_tables(postgres_server: str) -> str:
    """Address of a database with every table, on a server that does not wait for the disk."""
    connection = await asyncpg.connect(postgres_server)
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        await connection.execute(f"ALTER SYSTEM SET {setting} = off")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.execute("CREATE DATABASE with_tables")
    await connection.close()
    url = _named(postgres_server, "with_tables")
    database = PostgresDatabase(url)
    await database.write(metadata.create_all)
    await database.close()
    return url


@pytest_asyncio.fixture
async def postgres_url(postgres_server: str) -> AsyncIterator[str]:
    """Address of a new database without tables."""
    name = f"test_{next(DATABASE_NUMBERS)}"
    connection = await asyncpg.connect(postgres_server)
    await connection.execute(f"CREATE DATABASE {name}")
    yield _named(postgres_server, name)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


@pytest_asyncio.fixture
async def sqlite_database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "gateway.db")
    await database.write(metadata.create_all)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def postgres_database(postgres_with_tables: str) -> AsyncIterator[PostgresDatabase]:
    """One database for every test, emptied before: making a new one takes twenty times as long."""
    database = PostgresDatabase(postgres_with_tables, connections=4)
    await database.write(_empty)
    yield database
    await database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """Each test that asks for it runs twice."""
    fixture: Database = request.getfixturevalue(f"{request.param}_database")
    return fixture


def _named(server: str, database: str) -> str:
    return make_url(server).set(database=database).render_as_string(hide_password=False)


def _empty(connection: Connection) -> None:
    for table in reversed(metadata.sorted_tables):
        connection.execute(table.delete())
    connection.execute(text("ALTER SEQUENCE changes_sequence_seq RESTART"))
