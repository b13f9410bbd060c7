"""What this process follows of sources that cannot tell by themselves what happens, as the others are told of it."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet

from sqlalchemy import Connection

from gateway.live.change import SourceKey
from gateway.live.poller import PollerOptions
from gateway.model.errors import LimitExceeded
from gateway.sources.events import milliseconds
from gateway.store import polled as store
from gateway.store.database import Database

LOST_ROUNDS = 6
"""Rounds after which what a process followed that died is not looked at any more."""


class Watches:
    """What the store was told, so that whoever looks at a source looks at that."""

    def __init__(self, database: Database, options: PollerOptions) -> None:
        self._database = database
        self._options = options
        self._begun: set[SourceKey] = set()  # what the store may name
        self._admitted: set[SourceKey] = set()  # what it does name, within the limit
        self._unseen: dict[SourceKey, int] = {}  # what was not looked at yet since it was admitted, and when that was
        self._turn = asyncio.Lock()  # else what is told late would undo what was told since

    async def admit(self, source: str, keys: AbstractSet[str]) -> None:
        """Have the keys looked at; raise LimitExceeded where that were too much, with nothing more looked at."""
        async with self._turn:
            new = {key for key in keys if (source, key) not in self._admitted}
            if new:
                await self._admit(source, new)

    def unseen(self, source: str, keys: AbstractSet[str]) -> Mapping[str, int]:
        """Those of the keys that nobody has looked at since they were admitted, and when that was."""
        return {key: self._unseen[source, key] for key in keys if (source, key) in self._unseen}

    def see(self, source: str, keys: Iterable[str]) -> None:
        """Take note that they have been looked at."""
        for key in keys:
            self._unseen.pop((source, key), None)

    async def tell(self, followed: Collection[SourceKey]) -> set[SourceKey]:
        """Tell the others what is still followed, of all that was admitted.

        Return what of it is not looked at, because whoever looks has found it to be too much.
        """
        async with self._turn:
            gone = self._begun.difference(followed)
            self._admitted -= gone
            for key in gone:
                self._unseen.pop(key, None)
            self._admitted = await self._write(gone)
            self._begun -= gone
            return self._begun - self._admitted

    async def _admit(self, source: str, keys: AbstractSet[str]) -> None:
        holder, most, (now, until) = self._options.holder, self._options.most_devices, self._time()
        named = {(source, key) for key in keys}
        self._begun |= named
        if not await self._database.write(
            lambda connection: store.watch_within(connection, holder, source, keys, most, now, until)
        ):
            self._begun -= named
            raise LimitExceeded(f"Of source {source} the events of at most {most} devices are followed at once.")
        self._admitted |= named
        self._unseen |= dict.fromkeys(named, now)

    async def _write(self, gone: AbstractSet[SourceKey]) -> set[SourceKey]:
        holder, (_, until) = self._options.holder, self._time()
        ended, going_on = _by_source(gone), _by_source(self._admitted)

        def write(connection: Connection) -> set[SourceKey]:
            for source, keys in ended.items():
                store.unwatch(connection, holder, source, keys)
            return {
                (source, key)
                for source, keys in going_on.items()
                for key in store.watch_on(connection, holder, source, keys, until)
            }

        return await self._database.write(write) if ended or going_on else set()

    def _time(self) -> tuple[int, int]:
        """Now, and until when what is followed now is looked at should this process die."""
        now = milliseconds(self._options.clock())
        return now, now + round(self._options.seconds * LOST_ROUNDS * 1000)


def _by_source(keys: Collection[SourceKey]) -> dict[str, list[str]]:
    sources = sorted({source for source, _ in keys})
    return {name: sorted(key for source, key in keys if source == name) for name in sources}
