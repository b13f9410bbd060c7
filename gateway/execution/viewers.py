"""Whom streams are for, and whether they may still look."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

import structlog

from gateway.execution.ending import StreamEnded
from gateway.execution.result import ErrorCode, RequestRefused, refused
from gateway.model.caller import Caller

Refresh: TypeAlias = Callable[[], Awaitable[Caller | None]]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

GONE = "The credentials are not good any more."
TAKEN_AWAY = "What the caller may see has become less; subscribe again."


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who opens a stream. `payer`: whose rates it counts against.

    `refresh`: whom the credentials stand for now, None where they are not good any more.
    """

    caller: Caller
    payer: str
    refresh: Refresh | None = None


class Ended(Protocol):
    def end(self, ending: StreamEnded) -> None: ...


@dataclass(slots=True)
class _Standing:
    refresh: Refresh | None
    streams: set[Ended] = field(default_factory=set)


class Viewers:
    """The callers of all open streams; each caller is looked at once for all that it has open.

    `check_seconds`: how often their credentials are looked at again.
    """

    def __init__(self, check_seconds: float, clock: Callable[[], datetime]) -> None:
        self._check_seconds = check_seconds
        self._clock = clock
        self._standings: dict[Caller, _Standing] = {}

    def add(self, viewer: Viewer, stream: Ended) -> None:
        self._standings.setdefault(viewer.caller, _Standing(viewer.refresh)).streams.add(stream)

    def remove(self, viewer: Viewer, stream: Ended) -> None:
        standing = self._standings.get(viewer.caller)
        if standing is not None:
            standing.streams.discard(stream)
            if not standing.streams:
                del self._standings[viewer.caller]

    async def run(self) -> None:
        """Let go, for ever, whose credentials have ended, were revoked, or allow less than they did."""
        while True:
            await asyncio.sleep(self._check_seconds)
            for caller, standing in tuple(self._standings.items()):
                try:
                    ending = await self._ending(caller, standing)
                except Exception as error:  # noqa: BLE001  # whatever keeps us from looking, the next look is another
                    log.warning("credentials cannot be looked at", reason=repr(error))
                    continue
                if ending is not None:
                    for stream in tuple(standing.streams):
                        stream.end(ending)

    async def _ending(self, caller: Caller, standing: _Standing) -> StreamEnded | None:
        if has_expired(caller, self._clock()):
            return StreamEnded(ErrorCode.UNAUTHENTICATED, GONE, None)
        now = caller if standing.refresh is None else await standing.refresh()
        if now is None:
            return StreamEnded(ErrorCode.UNAUTHENTICATED, GONE, None)
        if not caller.scopes <= now.scopes or caller.sources != now.sources:
            return StreamEnded(ErrorCode.FORBIDDEN, TAKEN_AWAY, None)
        return None


def has_expired(caller: Caller, now: datetime) -> bool:
    return caller.expires_at is not None and caller.expires_at <= now


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
