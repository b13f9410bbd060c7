from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeAlias

from msgspec import Struct

from gateway.http.request import GraphQLRequest
from gateway.http.websocket.closing import CloseCode, SocketClosed
from gateway.http.websocket.messages import (
    ClientMessage,
    Complete,
    ConnectionInit,
    Ping,
    Pong,
    Subscribe,
    write_pong,
)


class _Stage(Enum):
    OPENED = "nothing was asked for"
    INITIALISING = "whoever asks is being looked for"
    ACKNOWLEDGED = "operations are served"


class Initialise(Struct, frozen=True):
    """Find out who it is, then acknowledge."""

    payload: Mapping[str, Any]


class Start(Struct, frozen=True):
    id: str
    request: GraphQLRequest


class Stop(Struct, frozen=True):
    """The client wants no more of it; nothing may be sent for it any more."""

    id: str


class Reply(Struct, frozen=True):
    text: str


Step: TypeAlias = Initialise | Start | Stop | Reply


class Session:
    """What the protocol asks of the server, message by message. Pure: knows no socket, no time and no schema."""

    def __init__(self) -> None:
        self._stage = _Stage.OPENED
        self._active: set[str] = set()

    @property
    def initialised(self) -> bool:
        """Whether the client has asked for a connection; one that never does is let go."""
        return self._stage is not _Stage.OPENED

    def receive(self, message: ClientMessage) -> Step | None:
        """Tell what to do; raise SocketClosed where the protocol is broken."""
        match message:
            case ConnectionInit(payload):
                return self._initialise(payload)
            case Ping(payload):
                return Reply(write_pong(payload))
            case Pong():
                return None
            case Subscribe(id_, request):
                return self._start(id_, request)
            case Complete(id_):
                return self._stop(id_)

    def acknowledge(self) -> None:
        self._stage = _Stage.ACKNOWLEDGED

    def finish(self, id_: str) -> bool:
        """Take note that an operation has ended by itself; False where the client had ended it before."""
        if id_ not in self._active:
            return False
        self._active.remove(id_)
        return True

    def _initialise(self, payload: Mapping[str, Any]) -> Initialise:
        if self.initialised:
            raise SocketClosed(CloseCode.TOO_MANY_INITS, "Too many initialisation requests")
        self._stage = _Stage.INITIALISING
        return Initialise(payload)

    def _start(self, id_: str, request: GraphQLRequest) -> Start:
        if self._stage is not _Stage.ACKNOWLEDGED:
            raise SocketClosed(CloseCode.UNAUTHORIZED, "Unauthorized")
        if id_ in self._active:
            raise SocketClosed(CloseCode.SUBSCRIBER_EXISTS, f"Subscriber for {id_} already exists")
        self._active.add(id_)
        return Start(id_, request)

    def _stop(self, id_: str) -> Stop | None:
        """An id that is not known was completed by the server while this was on its way."""
        if id_ not in self._active:
            return None
        self._active.remove(id_)
        return Stop(id_)
