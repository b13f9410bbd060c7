from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from datetime import timedelta

from gateway.app.address import unquoted
from gateway.app.clock import now
from gateway.app.keys import derived_key
from gateway.model.seal import Sealer
from gateway.services.context import ServiceContext
from gateway.settings.settings import Settings
from gateway.store.data_directory import DATABASE_FILE, make_directory, served_alone
from gateway.store.database import Database
from gateway.store.migrate import migrate
from gateway.store.sqlite import SqliteDatabase


@asynccontextmanager
async def open_store(settings: Settings, *, serving: bool = False) -> AsyncIterator[Database]:
    """Open the store in its newest form; raise NotUsable where it cannot be.

    A server takes the SQLite file for itself; commands work beside it.
    """
    with ExitStack() as held:
        if settings.database_url is None:
            make_directory(settings.data)
            if serving:
                held.enter_context(served_alone(settings.data))
        database = database_of(settings)
        try:
            await migrate(database)
            yield database
        finally:
            await database.close()


def database_of(settings: Settings) -> Database:
    """The database as it is found; whoever opens it closes it. Raise NotUsable where its address is none."""
    if settings.database_url is None:
        return SqliteDatabase(settings.data / DATABASE_FILE)
    from gateway.store.postgres import PostgresDatabase

    with unquoted("database_url"):
        return PostgresDatabase(settings.database_url)


def service_context(settings: Settings, database: Database) -> ServiceContext:
    tokens = Sealer(derived_key(settings, "next tokens"))
    return ServiceContext(database, now, tokens, timedelta(days=settings.events_kept))
