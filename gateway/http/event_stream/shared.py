import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from msgspec import Struct

from gateway.execution.body import write_json
from gateway.execution.result import ErrorCode
from gateway.http.endings import ending_payload
from gateway.http.event_stream.events import MEDIA_TYPE, PING, write_shared_complete, write_shared_next
from gateway.http.refusal import HttpRefused
from gateway.http.stream_options import StreamOptions
from gateway.http.streamed_response import Form
from gateway.http.streaming import Payloads
from gateway.model.caller import Caller

WAITING_CHUNKS = 16
"""Events that wait for a client that reads slowly; its operations stand still meanwhile, and fill their own bounds."""

MOST_RESERVED = 1_000
"""Streams that are reserved and not open yet."""


class _Operation(Struct, frozen=True):
    task: asyncio.Task[None]
    payloads: Payloads

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.payloads.aclose()  # a task that is cancelled before its first step does nothing at all


class SharedStream:
    """An event stream that several operations of one caller share ("single connection mode")."""

    def __init__(self, caller: Caller, most: int, forget: Callable[[], None]) -> None:
        self.caller = caller
        self.is_open = False
        self._most = most
        self._forget = forget
        self._chunks: asyncio.Queue[bytes] = asyncio.Queue(WAITING_CHUNKS)
        self._operations: dict[str, _Operation | None] = {}

    def reserve(self, operation_id: str) -> None:
        """Keep the id for an operation; raise HttpRefused: 409 where it has one, 400 for one operation too many."""
        if operation_id in self._operations:
            raise HttpRefused(409, ErrorCode.BAD_USER_INPUT, "An operation with that id is under way.")
        if len(self._operations) >= self._most:
            message = f"An event stream has at most {self._most} operations under way."
            raise HttpRefused(400, ErrorCode.LIMIT_EXCEEDED, message, limit="maximum_subscriptions")
        self._operations[operation_id] = None

    async def begin(self, operation_id: str, payloads: Payloads) -> bool:
        """Tell of the operation that the id was kept for; False where it was stopped before it began."""
        if operation_id not in self._operations:
            await payloads.aclose()
            return False
        task = asyncio.create_task(self._run(operation_id, payloads))
        self._operations[operation_id] = _Operation(task, payloads)
        return True

    async def stop(self, operation_id: str) -> None:
        """End it without a word; one that has ended already is nobody's mistake."""
        operation = self._operations.pop(operation_id, None)
        if operation is not None:
            await operation.end()

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        while True:
            yield await self._chunks.get()

    async def aclose(self) -> None:
        self._forget()
        operations = tuple(filter(None, self._operations.values()))
        self._operations.clear()
        await asyncio.gather(*(operation.end() for operation in operations))

    async def _run(self, operation_id: str, payloads: Payloads) -> None:
        json_id = write_json(operation_id)
        async with aclosing(payloads):
            try:
                async for payload in payloads:
                    await self._chunks.put(write_shared_next(json_id, payload))
            except Exception as error:  # noqa: BLE001  # the one exit: whatever it is, it is told, masked where unknown
                await self._chunks.put(write_shared_next(json_id, ending_payload(error)))
        await self._chunks.put(write_shared_complete(json_id))
        self._operations.pop(operation_id, None)


SHARED: Form[SharedStream] = Form("shared event stream", MEDIA_TYPE, SharedStream.chunks, ping=PING, opening=PING)


class SharedStreams:
    """Those that are reserved or open, by their tokens; a reservation that nobody comes for is given up."""

    def __init__(self, options: StreamOptions) -> None:
        self._options = options
        self._streams: dict[str, SharedStream] = {}
        self._reserved: dict[str, asyncio.TimerHandle] = {}
        self._closing: set[asyncio.Future[None]] = set()

    def reserve(self, caller: Caller) -> str:
        """Return a token, which is all that opening the stream takes; raise HttpRefused 503 beyond MOST_RESERVED."""
        if len(self._reserved) >= MOST_RESERVED:
            message = "Too many event streams are reserved; come again later."
            raise HttpRefused(503, ErrorCode.LIMIT_EXCEEDED, message, {"retry-after": "1"}, limit="reservations")
        token = secrets.token_urlsafe(24)
        self._streams[token] = SharedStream(caller, self._options.max_subscriptions, lambda: self._forget(token))
        loop = asyncio.get_running_loop()
        self._reserved[token] = loop.call_later(self._options.init_seconds, self._give_up, token)
        return token

    def find(self, token: str | None) -> SharedStream:
        """Raise HttpRefused 404."""
        stream = self._streams.get(token or "")
        if stream is None:
            raise HttpRefused(404, ErrorCode.BAD_USER_INPUT, "There is no event stream of that token.")
        return stream

    def open(self, token: str | None) -> SharedStream:
        """Fulfil a reservation, once; raise HttpRefused: 404, or 409 while it is open."""
        stream = self.find(token)
        if stream.is_open:
            raise HttpRefused(409, ErrorCode.BAD_USER_INPUT, "The event stream of that token is open already.")
        stream.is_open = True
        self._reserved.pop(token or "").cancel()
        return stream

    def _give_up(self, token: str) -> None:
        stream = self._streams[token]
        closing = asyncio.ensure_future(stream.aclose())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    def _forget(self, token: str) -> None:
        self._streams.pop(token, None)
        timer = self._reserved.pop(token, None)
        if timer is not None:
            timer.cancel()
