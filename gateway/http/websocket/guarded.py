from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.http.guard import Guard
from gateway.http.refused_handshake import refuse_handshake


class GuardedSockets:
    """Answers the handshakes that the guard refuses."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = self._guard.refusal(scope) if scope["type"] == "websocket" else None
        if refused is None:
            await self._app(scope, receive, send)
        else:
            await refuse_handshake(scope, refused, send)
