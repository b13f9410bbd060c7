"""Whom streams are for, and whether they may still look."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol, TypeAlias

from msgspec import Struct

from gateway.execution.ending import StreamEnded
from gateway.execution.result import ErrorCode, RequestRefused, refused
from gateway.model.caller import Caller
from gateway.observability.event_log import EventLog

Refresh: TypeAlias = Callable[[], Awaitable[Caller | None]]

log = EventLog(__name__)

GONE = "The credentials are not good any more."
CANNOT_LOOK = "credentials cannot be looked at"
TAKEN_AWAY = "What the caller may see has become less; subscribe again."


class Viewer(Struct, frozen=True):
    """Who opens a stream. `payer`: whose rates it counts against.

    `refresh`: whom the credentials stand for now, None where they are not good any more.
    """

    caller: Caller
    payer: str
    refresh: Refresh | None = None


class Ended(Protocol):
    def end(self, ending: StreamEnded) -> None: ...


class Standing:
    """What is known of a caller's credentials: good until `seconds` after they were last looked at.

    `streams`: what it has open. `known`: whether they have been looked at just now.
    """

    def __init__(self, viewer: Viewer, seconds: float, clock: Callable[[], datetime], *, known: bool = False) -> None:
        self.streams: set[Ended] = set()
        self._caller = viewer.caller
        self._refresh = viewer.refresh
        self._seconds = seconds
        self._clock = clock
        self._time = asyncio.get_running_loop().time
        self._good_until = self._time() + seconds if known else 0.0
        self._looking = asyncio.Lock()

    async def confirm(self) -> None:
        """Return where the credentials are good; raise StreamEnded where they are not, or allow less than they did.

        While nobody can tell, this waits.
        """
        while True:
            try:
                return await self.look()
            except StreamEnded:
                raise
            except Exception as error:  # noqa: BLE001  # whatever keeps us from looking, the next look is another
                log.warning(CANNOT_LOOK, reason=repr(error))
                await asyncio.sleep(self._seconds)

    async def look(self) -> None:
        """As `confirm`, and raise whatever keeps us from looking."""
        if self.is_good():
            return
        async with self._looking:
            if not self.is_good():
                began = self._time()
                self._compare(self._caller if self._refresh is None else await self._refresh())
                self._good_until = began + self._seconds

    def is_good(self) -> bool:
        """Whether that is known without another look; raise StreamEnded where they have expired."""
        expires_at = self._caller.expires_at
        if expires_at is not None and expires_at <= self._clock():
            raise StreamEnded(ErrorCode.UNAUTHENTICATED, GONE, None)
        return self._time() < self._good_until

    def _compare(self, now: Caller | None) -> None:
        if now is None:
            raise StreamEnded(ErrorCode.UNAUTHENTICATED, GONE, None)
        if not self._caller.scopes <= now.scopes or self._caller.sources != now.sources:
            raise StreamEnded(ErrorCode.FORBIDDEN, TAKEN_AWAY, None)


class Viewers:
    """The callers of all open streams; each caller is looked at once for all that it has open.

    `check_seconds`: for how long a look at their credentials is good. Nothing is sent on an older one.
    """

    def __init__(self, check_seconds: float, clock: Callable[[], datetime]) -> None:
        self._check_seconds = check_seconds
        self._clock = clock
        self._standings: dict[Caller, Standing] = {}

    def standing_of(self, viewer: Viewer) -> Standing:
        """What is known of whoever opens a stream; it is forgotten with the caller's last one."""
        if viewer.caller not in self._standings:
            self._standings[viewer.caller] = Standing(viewer, self._check_seconds, self._clock)
        return self._standings[viewer.caller]

    def just_seen(self, viewer: Viewer) -> Standing:
        """What is known of whoever asks for an answer that will take its time."""
        return Standing(viewer, self._check_seconds, self._clock, known=True)

    def remove(self, viewer: Viewer, stream: Ended) -> None:
        standing = self._standings.get(viewer.caller)
        if standing is not None:
            standing.streams.discard(stream)
            if not standing.streams:
                del self._standings[viewer.caller]

    async def run(self) -> None:
        """Let go, for ever, whose credentials have ended, were revoked, or allow less, though nothing happens."""
        while True:
            await asyncio.sleep(self._check_seconds)
            for standing in tuple(self._standings.values()):
                try:
                    await standing.look()
                except StreamEnded as ending:
                    for stream in tuple(standing.streams):
                        stream.end(ending)
                except Exception as error:  # noqa: BLE001  # as in `confirm`
                    log.warning(CANNOT_LOOK, reason=repr(error))


class StreamCounts:
    """How many streams are open: `most` in this process, `most_of_one` of each payer; 0 does not count."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._all = 0
        self._of: dict[str, int] = {}

    def add(self, payer: str) -> None:
        """Raise RequestRefused LIMIT_EXCEEDED."""
        if self._most and self._all >= self._most:
            raise _too_many(f"{self._most} streams are open here already; come again later.", "streams")
        if self._most_of_one and self._of.get(payer, 0) >= self._most_of_one:
            raise _too_many(f"A caller has at most {self._most_of_one} streams open at once.", "streams_a_caller")
        self._all += 1
        self._of[payer] = self._of.get(payer, 0) + 1

    def remove(self, payer: str) -> None:
        self._all -= 1
        self._of[payer] -= 1
        if not self._of[payer]:
            del self._of[payer]


def _too_many(message: str, limit: str) -> RequestRefused:
    return RequestRefused(refused(ErrorCode.LIMIT_EXCEEDED, message, limit=limit))
