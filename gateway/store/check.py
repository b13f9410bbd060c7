"""What can be said about a store without changing it."""

from enum import Enum, auto

from msgspec import Struct
from sqlalchemy import Connection, text

from gateway.store.database import Database
from gateway.store.migrate import found_revision, known_revisions, newest_revision


class Tables(Enum):
    """The tables of a database beside those of this version."""

    ABSENT = auto()
    OLDER = auto()
    CURRENT = auto()
    NEWER = auto()


class StoreCheck(Struct, frozen=True):
    """`revision` is the one found; None where there are no tables."""

    tables: Tables
    revision: str | None


async def check_store(database: Database) -> StoreCheck:
    """Read the revision, and try a write that leaves everything as it is; raise what the database says against it."""
    revision = await database.read(found_revision)
    if revision is not None:
        await database.write(_rewrite_revision)
    return StoreCheck(_tables(revision), revision)


def _tables(revision: str | None) -> Tables:
    if revision is None:
        return Tables.ABSENT
    if revision == newest_revision():
        return Tables.CURRENT
    return Tables.OLDER if revision in known_revisions() else Tables.NEWER


def _rewrite_revision(connection: Connection) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
