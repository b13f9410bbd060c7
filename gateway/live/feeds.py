"""Where changes come from: embedded services write them to the log, other sources are asked while somebody follows."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress

import structlog
from sqlalchemy import Connection

from gateway.live.poller import EVENTS, LIST, Poller, PollerOptions
from gateway.live.watch import Watch
from gateway.model.errors import LimitExceeded, Unsupported
from gateway.sources.events import milliseconds
from gateway.store import polled as store
from gateway.store.database import Database

LOST_ROUNDS = 6
"""Rounds after which what a process followed that died is not looked at any more."""

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class Feeds:
    """Has looked at what streams follow: `telling` are the sources that write their changes themselves.

    `most`: devices of one source whose events may be followed at once, in all processes.
    """

    def __init__(
        self,
        database: Database,
        telling: frozenset[str],
        pollers: Mapping[str, Poller],
        most: int,
        options: PollerOptions,
    ) -> None:
        self._database = database
        self._telling = telling
        self._pollers = pollers
        self._most = most
        self._options = options
        self._followed: Counter[tuple[str, str]] = Counter()
        self._ended: set[tuple[str, str]] = set()
        self._left = asyncio.Event()

    async def join(self, watch: Watch) -> None:
        """Have looked at what the watch follows, from now on; raise GatewayError where that cannot be."""
        for source in sorted(watch.sources - self._telling):
            if source not in self._pollers:
                raise Unsupported(f"Source {source} cannot be followed: nothing tells what happens behind it.")
        joined = self._keys(watch)
        self._followed.update(joined)
        try:
            for source in sorted({source for source, _ in joined}):
                new = [key for name, key in joined if name == source and self._followed[name, key] == 1]
                if new:
                    await self._begin(self._pollers[source], new)
        except BaseException:
            self.leave(watch)
            raise

    def leave(self, watch: Watch) -> None:
        """Look no longer for this watch; what nobody follows is not looked at any more."""
        for key in self._keys(watch):
            self._followed[key] -= 1
            if not self._followed[key]:
                del self._followed[key]
                self._ended.add(key)
                self._left.set()

    async def run(self) -> None:
        """Tell the others, for ever, what is still followed here, and what is not any more."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._options.seconds):
                    await self._left.wait()
            self._left.clear()
            try:
                await self._end()
                now = milliseconds(self._options.clock())
                for source in {name for name, _ in self._followed}:
                    await self._follow(source, [key for name, key in self._followed if name == source], now)
            except Exception as error:  # noqa: BLE001  # whatever it is, the next round is another chance
                log.warning("what is followed cannot be told", reason=repr(error))

    def _keys(self, watch: Watch) -> list[tuple[str, str]]:
        sources = sorted(watch.sources - self._telling)
        if not watch.events:
            return [(source, LIST) for source in sources]
        if watch.devices is None:
            return [(source, EVENTS) for source in sources]
        return sorted(device for device in watch.devices if device[0] in sources)

    async def _begin(self, poller: Poller, keys: Sequence[str]) -> None:
        name, since = poller.source.name, milliseconds(self._options.clock())
        followed = await self._database.read(lambda connection: store.watched(connection, name, since))
        devices = {key for key in followed.union(keys) if key not in {LIST, EVENTS}}
        if EVENTS in keys:
            devices |= {device.key for device in await poller.devices(self._most)}
        if len(devices) > self._most and not devices <= followed:
            raise LimitExceeded(f"Of source {name} the events of at most {self._most} devices are followed at once.")
        await self._follow(name, keys, since)
        await poller.caught_up(keys, since)

    async def _follow(self, source: str, keys: Sequence[str], now: int) -> None:
        until = now + round(self._options.seconds * LOST_ROUNDS * 1000)
        holder = self._options.holder
        await self._database.write(lambda connection: store.watch(connection, holder, source, keys, now, until))

    async def _end(self) -> None:
        holder, ended = self._options.holder, self._ended - self._followed.keys()
        self._ended = set()

        def write(connection: Connection) -> None:
            for source in {name for name, _ in ended}:
                store.unwatch(connection, holder, source, [key for name, key in ended if name == source])

        if ended:
            await self._database.write(write)
