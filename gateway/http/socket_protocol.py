import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from gateway.http.stall import STALL_SECONDS, Stall

GOING_AWAY = 1001
CLOSE_SECONDS = 10.0


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's socket, which has no bound on how long a client does not read, nor on the pongs that then wait for it;
    at the end it says that it goes away.

    Who does not answer a farewell in `close_seconds` is cut off.
    Of uvicorn's three this one is the cheapest: 3 µs of CPU for a message of 500 bytes, against 7 µs with wsproto.
    """

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401  # uvicorn's
        stall_seconds: float = STALL_SECONDS,
        close_seconds: float = CLOSE_SECONDS,
        **named: Any,  # noqa: ANN401  # uvicorn's
    ) -> None:
        super().__init__(*arguments, **named)
        self.close_timeout = close_seconds
        self._stall = Stall(self.loop, stall_seconds)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall.begin(self.transport)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stall.end()

    def handle_ping(self) -> None:
        """Leave unanswered what a client asks that does not read; the latest is enough (RFC 6455, 5.5.3).

        A farewell that came with it is answered: that is among what would be thrown away.
        """
        if self.writable.is_set() or self.conn.close_rcvd is not None:
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        self._stall.begin(self.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let all of it go at once: the parser and the connection hold each other until it is closed."""
        self._stall.end()
        super().connection_lost(exc)
        self.conn.parser.close()

    def shutdown(self) -> None:
        if self.close_sent or not self.handshake_complete:
            super().shutdown()
            return
        if self.transport.is_closing():
            self.transport.abort()  # the client has said goodbye, and does not take what was sent to it before
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": GOING_AWAY})
        self.conn.send_close(GOING_AWAY, "The server is going away")
        self.close_sent = True
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()
