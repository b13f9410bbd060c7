"""A subscription as one client has it: what it missed, then what happens, once and in order."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Self

from gateway.execution.channel import Channel, Payload, Sent
from gateway.execution.ending import StreamEnded, ending_of
from gateway.execution.meter import Meter
from gateway.execution.result import ErrorCode
from gateway.execution.viewers import Standing
from gateway.live.change import Position, SourceChange, after_row

SLOW = "The client does not read as fast as things happen; resume with the cursor."


class Stream:
    """An async iterator of payloads, for one reader at a time; it ends by StreamEnded, or after `aclose`.

    A reader that is cancelled while it waits has lost nothing: the next one gets what it would have got.
    `start_cursor`: what to resume after before there was a payload. `ended` is set as soon as the stream will not go
    on, even while nobody reads it. `most_waiting`: bytes of payloads that may wait for the reader.
    """

    def __init__(
        self,
        channel: Channel,
        standing: Standing,
        meter: Meter,
        most_waiting: int,
        start: Position,
        left: Callable[["Stream"], None],
    ) -> None:
        self.start_cursor = self._cursor = channel.watch.cursors.seal(start)
        self.ended = asyncio.Event()
        self._channel = channel
        self._standing = standing
        self._meter = meter
        self._most_waiting = most_waiting
        self._position = start
        self._left = left
        self._missed: deque[SourceChange] = deque()
        self._last: Sent | None = None  # None while it catches up
        self._waiter: asyncio.Future[None] | None = None
        self._ending: StreamEnded | None = None
        channel.join(self)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Payload:
        while not self.ended.is_set():
            try:
                payload = await (self._catch_up() if self._last is None else self._go_on(self._last))
            except Exception as error:  # noqa: BLE001  # whatever it is, it ends the stream, masked where unknown
                self.end(ending_of(error))
                break
            if payload is not None and not self.ended.is_set():
                self._cursor = payload.cursor
                return payload
        if self._ending is None:
            raise StopAsyncIteration
        raise self._ending.at(self._cursor)

    def offer(self, newest: Sent) -> None:
        """Wake the reader; end the stream where too much waits for it already."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        elif self._last is not None and newest.total - self._last.total > self._most_waiting:
            self.end(StreamEnded(ErrorCode.SLOW_CONSUMER, SLOW, None))

    def end(self, ending: StreamEnded) -> None:
        """End it for the reader, with the cursor that it has come to by then."""
        if not self.ended.is_set():
            self._ending = ending
            self._let_go()

    async def aclose(self) -> None:
        """Stop all that is done for this stream; nothing happens where it has ended."""
        if not self.ended.is_set():
            self._let_go()
        await self._meter.close()

    def _let_go(self) -> None:
        self.ended.set()
        self._channel.leave(self)
        self._last = None
        self._missed.clear()
        self._left(self)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _catch_up(self) -> Payload | None:
        """Take a step from where the client left off to where the channel is."""
        if self._position >= self._channel.position:
            self._missed.clear()
            self._last = self._channel.last
            return None
        if not self._missed:
            await self._read()
            return None
        change = self._missed[0]
        payload = await self._channel.payload(change)
        await self._allow(payload)
        if self._missed:
            self._missed.popleft()
        self._position = change.position
        return payload

    async def _read(self) -> None:
        page = await self._channel.read(self._position)
        self._missed.extend(filter(self._channel.watch.concerns, page.changes))
        if not self._missed:
            self._position = after_row(page.through)
        await asyncio.sleep(0)  # a long way back is not gone at the cost of all others

    async def _go_on(self, last: Sent) -> Payload | None:
        sent = last.next
        if sent is None:
            await self._wait()
            return None
        if sent.position > self._position:  # else it had that while it caught up
            await self._allow(sent.payload)
            self._position = sent.position
        else:
            self._last = sent
            return None
        if not self.ended.is_set():
            self._last = sent
        return sent.payload

    async def _allow(self, payload: Payload | None) -> None:
        """Raise StreamEnded where the client may not have it: not paid for, or not for these credentials any more."""
        if payload is not None:
            await self._meter.pay(payload.cost)
            if not self._standing.is_good():
                await self._standing.confirm()

    async def _wait(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None
