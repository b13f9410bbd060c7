from starlette.types import Receive, Scope, Send

from gateway.execution.result import internal_error
from gateway.http.accept import MediaType
from gateway.http.auth import Authentication
from gateway.http.counting import count_refusal
from gateway.http.cross_site import refuse_cross_site
from gateway.http.headers import read_headers
from gateway.http.options import HttpOptions
from gateway.http.refusal import HttpRefused
from gateway.http.refused_handshake import refuse_handshake
from gateway.http.response import write_refusal
from gateway.http.streaming import Streaming
from gateway.http.websocket.closing import CloseCode, SocketClosed
from gateway.http.websocket.connection import SocketConnection, SocketService
from gateway.http.websocket.messages import PROTOCOL
from gateway.http.websocket.waiting import Seat, WaitingRoom

NOT_ACCEPTABLE = SocketClosed(CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE, "Subprotocol not acceptable")


class WebSocketEndpoint:
    """An ASGI application for one path: refuses foreign pages and other protocols, and serves the rest."""

    def __init__(self, streaming: Streaming, options: HttpOptions, authentication: Authentication) -> None:
        self._streaming = streaming
        self._options = options
        self._authentication = authentication
        self._waiting_room = WaitingRoom(options.streams.max_waiting_sockets)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers, client = read_headers(scope), scope.get("client")
        await receive()
        try:
            refuse_cross_site(
                headers.get("host"),
                headers.get("origin"),
                headers.get("sec-fetch-site"),
                self._options.allowed_origins,
            )
            with self._waiting_room.seat(client[0] if client else None) as seat:
                await self._accept(scope, receive, send, seat)
        except HttpRefused as refusal:
            count_refusal(self._streaming.metrics, refusal.result)
            await refuse_handshake(scope, write_refusal(refusal, MediaType.JSON), send)

    async def _accept(self, scope: Scope, receive: Receive, send: Send, seat: Seat) -> None:
        known = PROTOCOL in scope["subprotocols"]
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL if known else None})
        closed = await self._serve(scope, receive, send, seat) if known else NOT_ACCEPTABLE
        if closed is not None:
            closed.count(self._streaming.metrics)
            await send({"type": "websocket.close", "code": int(closed.code), "reason": closed.reason})

    async def _serve(self, scope: Scope, receive: Receive, send: Send, seat: Seat) -> SocketClosed | None:
        service = SocketService(self._streaming, self._authentication, self._options.streams)
        try:
            await SocketConnection(scope, receive, send, service, seat).serve()
        except SocketClosed as closed:
            return closed
        except Exception as error:  # noqa: BLE001  # the one exit: whatever it is, it is logged and masked
            [masked] = internal_error(error).errors
            return SocketClosed(CloseCode.INTERNAL_ERROR, masked["message"])
        return None
