from starlette.types import Scope, Send

from gateway.http.response import HttpResponse


async def refuse_handshake(scope: Scope, response: HttpResponse, send: Send) -> None:
    """Answer a WebSocket's handshake with HTTP; where the server cannot, with its 403 (ASGI, "Denial Response")."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close"})
        return
    for message in response.messages():
        await send({**message, "type": f"websocket.{message['type']}"})
