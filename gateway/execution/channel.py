"""Equal subscriptions as one: each change is executed once, and the same bytes go to all of them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from msgspec import Struct

from gateway.execution.ending import StreamEnded, ending_of
from gateway.execution.lru import ByteBoundedLru
from gateway.live.change import Position, SourceChange, SourceKey, after_row
from gateway.live.hub import Hub
from gateway.live.log import LogPage
from gateway.live.watch import Watch

PER_PAYLOAD = 600
"""Bytes, roughly, that a payload and its place in the memo hold beside its body."""


class Payload(Struct, frozen=True):
    """`body`: one execution result, in JSON. `cursor`: what to resume after, empty where nothing can be resumed.

    `cost`: what it cost to make.
    """

    body: bytes
    cursor: str
    cost: int


class Sent:
    """A payload in the chain of all that a channel has sent; what nobody waits for any more holds no memory.

    `total`: bytes of all payloads up to this one.
    """

    __slots__ = ("next", "payload", "position", "total")

    def __init__(self, position: Position, payload: Payload, total: int) -> None:
        self.position = position
        self.payload = payload
        self.total = total
        self.next: Sent | None = None


class Subscriber(Protocol):
    """One of those whom a channel sends to."""

    def offer(self, newest: Sent) -> None: ...

    def end(self, ending: StreamEnded) -> None: ...


Memo = ByteBoundedLru[tuple[Payload | None]]
"""Payloads that were made lately, of all channels; None: the filter leaves the change out."""


class Channel:
    """Follows the log for all who subscribed to the same; it stops with the last of them.

    `number` is its own among all that share the memo, those before it included.
    """

    def __init__(
        self,
        hub: Hub,
        watch: Watch,
        make: Callable[[SourceChange], Awaitable[Payload | None]],
        memo: Memo,
        number: int,
        close: Callable[[], None],
    ) -> None:
        self.last = Sent(after_row(0), Payload(b"", "", 0), 0)
        self.watch = watch
        self._hub = hub
        self._make = make
        self._memo = memo
        self._number = number
        self._close = close
        self._subscribers: set[Subscriber] = set()
        self._making = asyncio.Lock()
        self._woken = asyncio.Event()
        self._at: Position | None = None  # None: at the log's end
        hub.follow(self)
        self._following = asyncio.create_task(self._follow())

    @property
    def devices(self) -> frozenset[SourceKey] | None:
        return self.watch.devices

    @property
    def position(self) -> Position:
        """All up to here has been sent."""
        return self._hub.end if self._at is None else self._at

    def wake(self, end: Position) -> None:
        if self._at is None:
            self._at = end
            self._woken.set()

    def join(self, subscriber: Subscriber) -> None:
        self._subscribers.add(subscriber)

    def leave(self, subscriber: Subscriber) -> None:
        if subscriber not in self._subscribers:
            return
        self._subscribers.discard(subscriber)
        if not self._subscribers:
            self._hub.leave(self)
            self._following.cancel()
            self._close()

    async def read(self, position: Position) -> LogPage:
        """Read the log on from a position; raise CursorExpired."""
        return await self._hub.after(position)

    async def payload(self, change: SourceChange) -> Payload | None:
        """Tell of a change, made once for all who ask; None where it is not for them. Raise what `ending_of` reads."""
        if not self.watch.concerns(change):
            return None
        key = f"{self._number}:{change.position}"
        known = self._memo.get(key)
        if known is None:
            async with self._making:
                known = self._memo.get(key)
                if known is None:
                    known = (await self._make(change),)
                    self._memo.put(key, known, PER_PAYLOAD + (len(known[0].body) if known[0] else 0))
        return known[0]

    async def _follow(self) -> None:
        try:
            while True:
                await self._woken.wait()
                self._woken.clear()
                while self._at is not None:
                    await self._send(await self.read(self._at))
        except Exception as error:  # noqa: BLE001  # whatever it is, the clients are told, and come again
            self.end(ending_of(error))

    async def _send(self, page: LogPage) -> None:
        for change in page.changes:
            payload = await self.payload(change)
            self._at = change.position
            if payload is not None:
                self.last.next = Sent(change.position, payload, self.last.total + len(payload.body))
                self.last = self.last.next
                for subscriber in tuple(self._subscribers):
                    subscriber.offer(self.last)
        self._at = after_row(page.through)
        if self._at >= self._hub.end:
            self._at = None

    def end(self, ending: StreamEnded) -> None:
        """End it for all who subscribed."""
        for subscriber in tuple(self._subscribers):
            subscriber.end(ending)
