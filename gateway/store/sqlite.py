import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from gateway.store.kept import DRIVER

Result = TypeVar("Result")

BUSY_MILLISECONDS = 10_000


class SqliteDatabase:
    """One SQLite file in WAL mode, synced at every commit.

    Keyed reads run on the caller's thread (a keyed read is quicker than a change of threads), writes on one thread of
    their own, scans on another.
    """

    def __init__(self, path: Path) -> None:
        self._reader = _engine(path)
        self._writer = _engine(path, "BEGIN IMMEDIATE")
        self._scanner = _engine(path, "BEGIN")
        self._write_thread = ThreadPoolExecutor(1, "sqlite-write")
        self._scan_thread = ThreadPoolExecutor(1, "sqlite-scan")

    async def read(self, function: Callable[[Connection], Result]) -> Result:
        # One connection, kept, and transactions without SQLAlchemy: its own take longer than most keyed reads.
        connection = self._reading
        driver = connection.info[DRIVER]
        driver.execute("BEGIN")
        try:
            return function(connection)
        finally:
            driver.execute("ROLLBACK")

    @cached_property
    def _reading(self) -> Connection:
        connection = self._reader.connect()
        connection.info[DRIVER] = connection.connection.driver_connection
        return connection

    async def scan(self, function: Callable[[Connection], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._scan_thread, _run, self._scanner, function)

    async def write(self, function: Callable[[Connection], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._write_thread, _run, self._writer, function)

    async def close(self) -> None:
        self._write_thread.shutdown()
        self._scan_thread.shutdown()
        if "_reading" in vars(self):
            self._reading.close()
        for engine in (self._reader, self._writer, self._scanner):
            engine.dispose()


def _run(engine: Engine, function: Callable[[Connection], Result]) -> Result:
    with engine.begin() as connection:
        return function(connection)


def _engine(path: Path, begin: str | None = None) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    def start(connection: Connection) -> None:
        # The driver's own transactions begin too late for reads and too weakly for writes. Straight to the driver,
        # because SQLAlchemy's way to a statement without rows takes longer than most reads.
        connection.connection.cursor().execute(begin)

    if begin is not None:
        event.listen(engine, "begin", start)
    return engine
