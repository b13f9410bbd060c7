import asyncio
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from typing import Protocol

from gateway.live.change import Position, SourceChange, SourceKey, after_row, whole_rows
from gateway.live.log import EXPIRED, ChangeLog, LogPage
from gateway.model.errors import CursorExpired
from gateway.observability.event_log import EventLog

PAGE = 500

log = EventLog(__name__)


class Follower(Protocol):
    """Who wants to know of new changes. `devices`: of these only; None: of all."""

    @property
    def devices(self) -> frozenset[SourceKey] | None: ...

    def wake(self, end: Position) -> None:
        """There are changes after `end`, which was the log's end until now."""


class Hub:
    """The one reader of the change log in this process, while somebody follows it.

    It keeps the last `most_kept` changes in memory, so that many who resume at once do not each read the store.
    `poll_seconds`: how often it looks for what others wrote, whatever wakes it in between. `page`: how many it reads at
    once.
    """

    def __init__(self, change_log: ChangeLog, poll_seconds: float, most_kept: int, page: int = PAGE) -> None:
        self._log = change_log
        self._poll_seconds = poll_seconds
        self._most_kept = most_kept
        self._page = page
        self._changes: list[SourceChange] = []
        self._start = self._end = 0  # what is kept begins after row `start` and ends with row `end`
        self._listeners: tuple[Callable[[str, str], None], ...] = ()
        self._reads = 0
        self._reading = asyncio.Lock()
        self._woken = asyncio.Event()
        self._of_all: set[Follower] = set()
        self._of_device: dict[SourceKey, set[Follower]] = {}

    @property
    def end(self) -> Position:
        """The end of the log as far as it has been read."""
        return after_row(self._end)

    @property
    def is_followed(self) -> bool:
        return bool(self._of_all or self._of_device)

    def announce_to(self, listener: Callable[[str, str], None]) -> None:
        """Call it with the source and the key of each device that something new is told of, before anybody is woken."""
        self._listeners += (listener,)

    def wake(self) -> None:
        """Something may have been written."""
        self._woken.set()

    def follow(self, follower: Follower) -> None:
        """Wake this one for new changes from now on. Nobody may follow who has not just called `refresh`."""
        if not self.is_followed:
            self._woken.set()
        for followers in self._of(follower):
            followers.add(follower)

    def leave(self, follower: Follower) -> None:
        for followers in self._of(follower):
            followers.discard(follower)
        for device in follower.devices or ():
            if not self._of_device[device]:
                del self._of_device[device]

    async def run(self) -> None:
        """Read what is new, for ever; a store that fails is asked again."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll_seconds if self.is_followed else None):
                    await self._woken.wait()
            self._woken.clear()
            if self.is_followed:
                try:
                    await self.refresh()
                except Exception as error:  # noqa: BLE001  # whatever a store says, the next look is another chance
                    log.warning("the change log cannot be read", reason=repr(error))
                    await asyncio.sleep(self._poll_seconds)

    async def refresh(self) -> None:
        """Know all that was committed before this was called."""
        asked = self._reads
        async with self._reading:
            if self._reads > asked:
                return  # somebody has begun to read since
            self._reads += 1
            try:
                await self._read_on()
            except CursorExpired:
                self._begin_at(await self._log.end())  # who follows finds out by itself

    async def check(self, position: Position) -> None:
        """Raise CursorExpired where the log cannot be followed from a position."""
        if position[0] > self._end:
            raise CursorExpired(EXPIRED)  # of a log that was put back to an older state
        if whole_rows(position) < self._start:
            await self._log.check(position)

    async def after(self, position: Position) -> LogPage:
        """Read on from a position, some rows at a time; raise CursorExpired where it is too old."""
        row = whole_rows(position)
        if row < self._start:
            await self._reach_back(row)
        if row < self._start:
            page = await self._log.after(row, self._page)
            return LogPage([one for one in page.changes if one.position > position], page.through, page.more)
        first = bisect_right(self._changes, position, key=_position)
        changes = self._changes[first : first + self._page]
        more = first + self._page < len(self._changes)
        return LogPage(changes, changes[-1].position[0] if more else self._end, more)

    async def _read_on(self) -> None:
        if not self.is_followed:
            end = await self._log.end()
            if self._end == 0 or end - self._end > self._most_kept:
                self._begin_at(end)
        while True:
            page = await self._log.after(self._end, self._page)
            self._append(page)
            if not page.more:
                return

    def _begin_at(self, end: int) -> None:
        before, self._start, self._end = self.end, end, end
        self._changes.clear()
        for follower in self._followers():
            follower.wake(before)

    def _append(self, page: LogPage) -> None:
        before, self._end = self.end, page.through
        self._changes.extend(page.changes)
        surplus = len(self._changes) - self._most_kept
        if surplus > self._page:
            self._start = self._changes[surplus - 1].position[0]
            del self._changes[: bisect_right(self._changes, after_row(self._start), key=_position)]
        devices = {change.device for change in page.changes}
        for listener in self._listeners:
            for source, key in devices:
                listener(source, key)
        for follower in self._concerned(devices):
            follower.wake(before)

    async def _reach_back(self, row: int) -> None:
        """Fill what is kept with what was logged before it, once for all who want to go there."""
        async with self._reading:
            room = self._most_kept - len(self._changes)
            if room < self._page or row >= self._start:
                return
            older, start = await self._log.up_to(self._start, room)
            self._changes[:0] = older
            self._start = start

    def _concerned(self, devices: Collection[SourceKey]) -> set[Follower]:
        found = set(self._of_all) if devices else set()
        for device in devices:
            found |= self._of_device.get(device, set())
        return found

    def _followers(self) -> set[Follower]:
        return self._of_all.union(*self._of_device.values())

    def _of(self, follower: Follower) -> Iterable[set[Follower]]:
        if follower.devices is None:
            return [self._of_all]
        return [self._of_device.setdefault(device, set()) for device in follower.devices]


def _position(change: SourceChange) -> Position:
    return change.position
