from dataclasses import dataclass
from functools import partial

from starlette.types import Scope

from gateway.execution.result import ErrorCode
from gateway.http.auth import Authentication
from gateway.http.caller import CallerInfo
from gateway.http.headers import Headers
from gateway.http.refusal import HttpRefused
from gateway.http.unauthenticated import Unauthenticated
from gateway.model.caller import Caller


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a connection was opened with: the texts of the two headers."""

    authorization: str | None = None
    api_key: str | None = None

    async def info(self, scope: Scope, authentication: Authentication) -> CallerInfo:
        """Tell who asks now, for keys are revoked and tokens expire; raise Unauthenticated."""
        caller = await authentication.caller(self.authorization, self.api_key)
        client = scope.get("client")
        request_id = scope.get("state", {}).get("request_id", "")
        refresh = partial(self._refresh, authentication)
        return CallerInfo(request_id, client[0] if client else None, caller, refresh)

    async def _refresh(self, authentication: Authentication) -> Caller | None:
        try:
            return await authentication.caller(self.authorization, self.api_key)
        except Unauthenticated:
            return None


def credentials_of(headers: Headers) -> Credentials:
    return Credentials(headers.get("authorization"), headers.get("x-api-key"))


async def info_of(headers: Headers, scope: Scope, authentication: Authentication) -> CallerInfo:
    """Tell who sends these headers; raise HttpRefused 401."""
    try:
        return await credentials_of(headers).info(scope, authentication)
    except Unauthenticated as error:
        challenge = {"www-authenticate": "Bearer"}
        raise HttpRefused(401, ErrorCode.UNAUTHENTICATED, error.message, challenge) from error
