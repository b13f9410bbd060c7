import secrets
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http.access_log import path_as_sent
from gateway.observability.event_log import REQUEST_ID, EventLog

log = EventLog(__name__)


class SocketIdAndAccessLog:
    """Names each socket in every log line, and logs one at its end: who closed it with which code, or the refusal."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        request_id = scope.setdefault("state", {})["request_id"] = secrets.token_hex(8)
        end: dict[str, Any] = {}

        async def receive_and_see() -> Message:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                end.setdefault("code", message["code"])
                end.setdefault("by", "client")
            return message

        async def send_and_see(message: Message) -> None:
            if message["type"] == "websocket.close":
                end.update(code=message["code"], by="server", reason=message["reason"])
            elif message["type"] == "websocket.http.response.start":
                end["status"] = message["status"]
            await send(message)

        began = time.perf_counter()
        named = REQUEST_ID.set(request_id)
        try:
            await self._app(scope, receive_and_see, send_and_see)
        finally:
            milliseconds = round((time.perf_counter() - began) * 1000, 2)
            log.info("socket", path=path_as_sent(scope), ms=milliseconds, **end)
            REQUEST_ID.reset(named)
