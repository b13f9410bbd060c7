from functools import partial

from msgspec import Struct
from starlette.types import Scope

from gateway.execution.result import ErrorCode
from gateway.http.auth import Authentication
from gateway.http.caller import CallerInfo
from gateway.http.headers import Headers
from gateway.http.mistakes import CREDENTIALS
from gateway.http.refusal import HttpRefused
from gateway.http.unauthenticated import TooManyMistakes, Unauthenticated
from gateway.model.caller import Caller


class Credentials(Struct, frozen=True):
    """What a connection was opened with: the texts of the two headers."""

    authorization: str | None = None
    api_key: str | None = None

    async def info(self, scope: Scope, authentication: Authentication) -> CallerInfo:
        """Tell who asks now, for keys are revoked and tokens expire; raise Unauthenticated."""
        return await _info(scope, authentication, self.authorization, self.api_key)


async def _info(
    scope: Scope, authentication: Authentication, authorization: str | None, api_key: str | None
) -> CallerInfo:
    client = scope.get("client")
    address = client[0] if client else None
    caller = await authentication.caller_at(address, authorization, api_key)
    refresh = partial(_refresh, authentication, authorization, api_key)
    return CallerInfo(scope.get("state", {}).get("request_id", ""), address, caller, refresh)


async def _refresh(authentication: Authentication, authorization: str | None, api_key: str | None) -> Caller | None:
    try:
        return await authentication.caller_now(authorization, api_key)
    except Unauthenticated:
        return None


async def info_of(headers: Headers, scope: Scope, authentication: Authentication) -> CallerInfo:
    """Tell who sends these headers; raise HttpRefused 401, or 429 where they are not looked at."""
    try:
        return await _info(scope, authentication, headers.get("authorization"), headers.get("x-api-key"))
    except TooManyMistakes as error:
        wait = {"retry-after": str(error.retry_after)}
        told: dict[str, str | int] = {"rate": CREDENTIALS, "retryAfter": error.retry_after}
        raise HttpRefused(429, ErrorCode.RATE_LIMITED, error.message, wait, **told) from error
    except Unauthenticated as error:
        challenge = {"www-authenticate": "Bearer"}
        raise HttpRefused(401, ErrorCode.UNAUTHENTICATED, error.message, challenge) from error
