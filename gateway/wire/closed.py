import uuid
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gateway.wire.asgi import Scope, Send, send_response
from gateway.wire.errors import unknown_operation
from gateway.wire.protocols import PROTOCOLS
from gateway.wire.service import ServiceModel

NOT_FOUND = 404


class ClosedServiceApp(Struct, frozen=True):
    """Answers for a service that is not served here: it has no such operation, in its own protocol, with 404."""

    model: ServiceModel

    async def __call__(self, scope: Scope, _receive: Any, send: Send) -> None:  # noqa: ANN401  # nothing is read
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        refusal = PROTOCOLS[self.model.protocol].serialize_error(self.model, unknown_operation())
        await send_response(replace(refusal, status=NOT_FOUND), str(uuid.uuid4()), send)
