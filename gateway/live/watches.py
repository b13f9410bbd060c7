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
    """`most`: devices of one source whose events may be followed at once, in all processes."""

    def __init__(self, database: Database, most: int, options: PollerOptions) -> None:
        self._database = database
        self._most = most
        self._options = options
        self._begun: set[SourceKey] = set()  # what the store may name
        self._admitted: set[SourceKey] = set()  # what it does name, within the limit
        self._unseen: dict[SourceKey, int] = {}  # what was not looked at yet since it was admitted, and when that was
        self._turn = asyncio.Lock()  # else what is told late would undo what was told since

    def has(self, key: SourceKey) -> bool:
        return key in self._admitted

    async def admit(self, source: str, keys: AbstractSet[str], listed: AbstractSet[str]) -> None:
        """Have the keys looked at, and by them the `listed` devices.

        Raise LimitExceeded where that were too much, with nothing more looked at.
        """
        async with self._turn:
            new = {key for key in keys if not self.has((source, key))}
            if new:
                await self._admit(source, new, listed)

    def unseen(self, source: str, keys: AbstractSet[str]) -> Mapping[str, int]:
        """Those of the keys that nobody has looked at since they were admitted, and when that was."""
        return {key: self._unseen[source, key] for key in keys if (source, key) in self._unseen}

    def see(self, source: str, keys: Iterable[str]) -> None:
        """Take note that they have been looked at."""
        for key in keys:
            self._unseen.pop((source, key), None)

    async def tell(self, followed: Collection[SourceKey]) -> None:
        """Tell the others what is still followed, of all that was admitted."""
        async with self._turn:
            gone = self._begun.difference(followed)
            self._admitted -= gone
            for key in gone:
                self._unseen.pop(key, None)
            await self._write(gone)
            self._begun -= gone

    async def _admit(self, source: str, keys: AbstractSet[str], listed: AbstractSet[str]) -> None:
        holder, most, (now, until) = self._options.holder, self._most, self._time()
        named = {(source, key) for key in keys}
        self._begun |= named
        if not await self._database.write(
            lambda connection: store.watch_within(connection, holder, source, keys, listed, most, now, until)
        ):
            self._begun -= named
            raise LimitExceeded(f"Of source {source} the events of at most {most} devices are followed at once.")
        self._admitted |= named
        self._unseen |= dict.fromkeys(named, now)

    async def _write(self, gone: AbstractSet[SourceKey]) -> None:
        holder, (now, until) = self._options.holder, self._time()
        ended, going_on = _by_source(gone), _by_source(self._admitted)

        def write(connection: Connection) -> None:
            for source, keys in ended.items():
                store.unwatch(connection, holder, source, keys)
            for source, keys in going_on.items():
                store.watch(connection, holder, source, keys, now, until)

        if ended or going_on:
            await self._database.write(write)

    def _time(self) -> tuple[int, int]:
        """Now, and until when what is followed now is looked at should this process die."""
        now = milliseconds(self._options.clock())
        return now, now + round(self._options.seconds * LOST_ROUNDS * 1000)


def _by_source(keys: Collection[SourceKey]) -> dict[str, list[str]]:
    sources = sorted({source for source, _ in keys})
    return {name: sorted(key for source, key in keys if source == name) for name in sources}
