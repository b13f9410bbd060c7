import asyncio
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from typing import TypeAlias

from msgspec import Struct
from starlette.types import Receive, Scope, Send

from gateway.execution.result import ErrorCode, ErrorMember, RequestRefused, refused
from gateway.http.auth import Authentication
from gateway.http.caller import CallerInfo
from gateway.http.counting import count_refusal
from gateway.http.credentials import Credentials
from gateway.http.endings import ending_errors
from gateway.http.headers import read_headers
from gateway.http.mistakes import CREDENTIALS
from gateway.http.refusal import HttpRefused
from gateway.http.request import GraphQLRequest
from gateway.http.stream_options import StreamOptions
from gateway.http.streaming import Payloads, Streaming
from gateway.http.unauthenticated import TooManyMistakes, Unauthenticated
from gateway.http.websocket.closing import CloseCode, SocketClosed
from gateway.http.websocket.credentials import read_credentials
from gateway.http.websocket.messages import (
    ACKNOWLEDGED,
    PING,
    next_prefix,
    read_message,
    write_complete,
    write_error,
)
from gateway.http.websocket.session import Initialise, Reply, Session, Start, Step, Stop
from gateway.http.websocket.vigil import Vigil
from gateway.http.websocket.waiting import Seat
from gateway.model.caller import NOBODY

Errors: TypeAlias = tuple[ErrorMember, ...]

TOO_BIG = refused(ErrorCode.LIMIT_EXCEEDED, "The message is too large.", limit="maximum_message")
"""What a close of the server below is counted as, which reads no such message to its end."""


class SocketService(Struct, frozen=True):
    """What all sockets of a path are served with."""

    streaming: Streaming
    authentication: Authentication
    options: StreamOptions


class SocketConnection:
    """The life of an accepted socket. Its operations are tasks, which end before it does.

    `seat`: its place among those that wait, which it leaves once it is known who it is.
    """

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        service: SocketService,
        seat: Seat,
    ) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._service = service
        self._seat = seat
        self._clock = asyncio.get_running_loop().time
        self._session = Session()
        self._vigil = Vigil(service.options, self._clock())
        self._credentials = Credentials()
        self._expires: float | None = None
        self._running: dict[str, asyncio.Task[None]] = {}

    async def serve(self) -> None:
        """Answer until the client leaves; raise SocketClosed where the server ends it."""
        with self._service.streaming.metrics.live_streams("websocket").track_inprogress():
            try:
                async with asyncio.TaskGroup() as tasks:
                    await self._listen(tasks)
                    for task in self._running.values():
                        task.cancel()
                    self._running.clear()  # a task holds what it was cancelled in, and that holds this
            except* SocketClosed as group:
                raise _first(group) from None

    async def _listen(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            try:
                async with asyncio.timeout_at(self._wake()):
                    event = await self._receive()
            except TimeoutError:
                await self._look()
                continue
            if event["type"] == "websocket.disconnect":
                if event["code"] == CloseCode.MESSAGE_TOO_BIG:
                    count_refusal(self._service.streaming.metrics, TOO_BIG)
                return
            self._vigil.hear(self._clock())
            step = self._session.receive(read_message(event.get("text")))
            if step is not None:
                await self._take(step, tasks)

    def _wake(self) -> float:
        return self._vigil.wake if self._expires is None else min(self._vigil.wake, self._expires)

    async def _look(self) -> None:
        now = self._clock()
        if self._expires is not None and now >= self._expires:
            raise SocketClosed(CloseCode.FORBIDDEN, "The credentials have expired.")
        self._vigil.look(now)
        await self._say(PING)

    async def _take(self, step: Step, tasks: asyncio.TaskGroup) -> None:
        match step:
            case Initialise(payload):
                self._credentials = read_credentials(payload, read_headers(self._scope))
                self._expires = _monotonic((await self._info()).caller.expires_at, self._clock())
                self._vigil.initialise(self._clock())
                self._session.acknowledge()
                self._seat.leave()
                await self._say(ACKNOWLEDGED)
            case Start(id_, request):
                await self._start(id_, request, tasks)
            case Stop(id_):
                self._running.pop(id_).cancel()
            case Reply(text):
                await self._say(text)

    async def _start(self, id_: str, request: GraphQLRequest, tasks: asyncio.TaskGroup) -> None:
        maximum = self._service.options.max_subscriptions
        if len(self._running) < maximum:
            self._running[id_] = tasks.create_task(self._run(id_, request))
            return
        self._session.finish(id_)
        message = f"A socket has at most {maximum} operations under way."
        refusal = refused(ErrorCode.LIMIT_EXCEEDED, message, limit="maximum_subscriptions")
        count_refusal(self._service.streaming.metrics, refusal)
        await self._say(write_error(id_, refusal.errors))

    async def _run(self, id_: str, request: GraphQLRequest) -> None:
        errors = await self._deliver(next_prefix(id_), request)
        if self._session.finish(id_):
            del self._running[id_]
            await self._say(write_error(id_, errors) if errors else write_complete(id_))

    async def _deliver(self, prefix: str, request: GraphQLRequest) -> Errors:
        """Send what comes of an operation; return what ended it, () for a good end."""
        try:
            async with aclosing(await self._begin(request)) as payloads:
                async for payload in payloads:
                    await self._say(f"{prefix}{payload.body.decode()}}}")
        except SocketClosed:
            raise
        except Exception as error:  # noqa: BLE001  # the one exit: whatever it is, it is told, masked where unknown
            return ending_errors(error)
        return ()

    async def _begin(self, request: GraphQLRequest) -> Payloads:
        info, streaming = await self._info(), self._service.streaming
        try:
            return await streaming.begin(await streaming.plan(request, info), request, info)
        except (RequestRefused, HttpRefused) as refusal:
            count_refusal(streaming.metrics, refusal.result)
            raise

    async def _info(self) -> CallerInfo:
        """Tell who asks now; close with 4403 where that is nobody and somebody is needed."""
        try:
            info = await self._credentials.info(self._scope, self._service.authentication)
        except TooManyMistakes as error:
            raise SocketClosed(CloseCode.FORBIDDEN, error.message, CREDENTIALS) from error
        except Unauthenticated as error:
            raise SocketClosed(CloseCode.FORBIDDEN, error.message) from error
        if info.caller is NOBODY:
            raise SocketClosed(CloseCode.FORBIDDEN, "An API key or a token is needed.")
        return info

    async def _say(self, text: str) -> None:
        """Send; who has left is told by `receive`, and hears nothing more."""
        with suppress(OSError):
            await self._send({"type": "websocket.send", "text": text})


def _monotonic(expires_at: datetime | None, now: float) -> float | None:
    return None if expires_at is None else now + (expires_at - datetime.now(UTC)).total_seconds()


def _first(group: BaseExceptionGroup[SocketClosed]) -> SocketClosed:
    first: BaseException = group
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    if not isinstance(first, SocketClosed):
        raise TypeError("a group of SocketClosed holds nothing else")
    return first
