from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import Connection

from gateway.live.change import Places, Position, SourceChange, shown_by, whole_rows
from gateway.model.errors import CursorExpired
from gateway.store.changes import Change, changes_after, changes_up_to, log_end, pruned_to
from gateway.store.database import Database

EXPIRED = "The log does not go back to this cursor any more: read anew what is there, and follow from now on."


class LogPage(Struct, frozen=True):
    """A run of the log: all that it shows up to the row `through`; `more` rows may follow."""

    changes: Sequence[SourceChange]
    through: int
    more: bool


class ChangeLog:
    """The change log of a store, as the configured sources show it."""

    def __init__(self, database: Database, places: Places) -> None:
        self._database = database
        self._places = places

    async def end(self) -> int:
        """The number of its last row, there or deleted."""
        return await self._database.read(log_end)

    async def check(self, position: Position) -> None:
        """Raise CursorExpired where rows after the position have been deleted."""
        if whole_rows(position) < await self._database.read(pruned_to):
            raise CursorExpired(EXPIRED)

    async def after(self, sequence: int, limit: int) -> LogPage:
        """Read the rows after a number, at most `limit`; raise CursorExpired where some have been deleted."""

        def read(connection: Connection) -> tuple[Sequence[tuple[int, Change]], int]:
            # In this order: rows that are deleted in between are noticed.
            return changes_after(connection, sequence, limit), pruned_to(connection)

        rows, pruned = await self._database.read(read)
        if sequence < pruned:
            raise CursorExpired(EXPIRED)
        return LogPage(self._shown(rows), rows[-1][0] if rows else sequence, len(rows) == limit)

    async def up_to(self, sequence: int, limit: int) -> tuple[Sequence[SourceChange], int]:
        """Read the last rows up to a number, at most `limit`; return with them the number before the first."""
        rows = await self._database.scan(lambda connection: changes_up_to(connection, sequence, limit))
        return self._shown(rows), rows[0][0] - 1 if rows else sequence

    def _shown(self, rows: Sequence[tuple[int, Change]]) -> list[SourceChange]:
        return [change for sequence, row in rows for change in shown_by(self._places, sequence, row)]
