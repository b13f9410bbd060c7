"""Brings a database to this version's tables, with its data kept, when a process starts."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from gateway.settings.not_usable import NotUsable
from gateway.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
# Any constant will do, as long as nobody else of this database uses it.
MIGRATION_LOCK = 0x6D696772


class NewerDatabaseError(NotUsable):
    """The database was written by a version of the gateway that came later; it was left as it is."""


class UnusableDatabaseError(NotUsable):
    """The database does not answer, or what answers is no database."""


async def migrate(database: Database) -> None:
    """Create or upgrade the tables in one transaction, or change nothing.

    Several processes may do this at once: the first does it, the others find it done.
    Raise UnusableDatabaseError, NewerDatabaseError.
    """
    try:
        revision = await database.read(found_revision)
    except Exception as error:  # whatever the database, its driver or the network says is what is to be told
        raise UnusableDatabaseError(
            f"the database cannot be used ({str(error).partition(chr(10))[0] or type(error).__name__}): "
            "check database_url (GATEWAY_DATABASE_URL), or without one the file in the data directory"
        ) from error
    if revision != newest_revision():
        await database.write(_upgrade)


def newest_revision() -> str:
    return max(known_revisions())


def known_revisions() -> set[str]:
    # A migration's file name begins with its revision, so that Alembic need not be imported to know it.
    return {path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py")}


def found_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
    found = found_revision(connection)
    if found is not None and found not in known_revisions():
        raise NewerDatabaseError(
            f"The database is at revision {found}, which this version of the gateway does not know (its newest is "
            f"{newest_revision()}): it was written by a newer version. Start that version, or name another database."
        )
    if found == newest_revision():
        return
    # Most starts find nothing to do, and Alembic takes longer to import than all the rest.
    from alembic import command  # noqa: PLC0415 - as said above
    from alembic.config import Config  # noqa: PLC0415 - the same

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")
