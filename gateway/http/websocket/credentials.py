from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers

from gateway.http.auth import Authentication
from gateway.http.unauthenticated import Unauthenticated
from gateway.http.websocket.closing import CloseCode, SocketClosed
from gateway.model.caller import NOBODY, Caller


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a socket was opened with; looked at again for each operation, for keys are revoked and tokens expire."""

    authorization: str | None = None
    api_key: str | None = None

    async def caller(self, authentication: Authentication) -> Caller:
        """Raise SocketClosed 4403 for credentials that are not good, or none where some are needed."""
        try:
            caller = await authentication.caller(self.authorization, self.api_key)
        except Unauthenticated as error:
            raise SocketClosed(CloseCode.FORBIDDEN, error.message) from error
        if caller is NOBODY:
            raise SocketClosed(CloseCode.FORBIDDEN, "An API key or a token is needed")
        return caller


def read_credentials(payload: Mapping[str, Any], headers: Headers) -> Credentials:
    """Take `authorization` or `x-api-key` from the init's payload, or from `headers` in it, else from the handshake.

    A browser can send no header with a handshake; names are in any case there too.
    """
    nested = payload.get("headers")
    told = _named(nested) | _named(payload) if isinstance(nested, dict) else _named(payload)
    if told:
        return Credentials(told.get("authorization"), told.get("x-api-key"))
    return Credentials(headers.get("authorization"), headers.get("x-api-key"))


def _named(payload: Mapping[str, Any]) -> dict[str, str]:
    texts = {name.lower(): value for name, value in payload.items() if isinstance(value, str)}
    return {name: texts[name] for name in ("authorization", "x-api-key") if name in texts}
