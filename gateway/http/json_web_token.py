"""JSON Web Tokens (RFC 7519) of one issuer, checked by keys that the issuer publishes (RFC 7517)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from msgspec import Struct

from gateway.http.key_set import KeySet, UnknownKey
from gateway.http.unauthenticated import Unauthenticated
from gateway.model.caller import Caller, Scope

NOT_GOOD = "The token is not good."
LAST_SECOND = 253_370_764_800
"""The year 9999; a token that is good for longer is good for that long."""


class TokenOptions(Struct, frozen=True):
    """What a token must say. `algorithms`: those accepted, asymmetric ones only; `leeway`: of clocks.

    `sources_claim`: names the claim that confines to sources; None: tokens do not.
    """

    issuer: str
    audience: str
    algorithms: tuple[str, ...] = ("RS256", "ES256")
    leeway: timedelta = timedelta(seconds=60)
    sources_claim: str | None = None


class TokenVerifier(Struct, frozen=True):
    options: TokenOptions
    keys: KeySet

    async def caller(self, token: str) -> Caller:
        """Tell whom a token speaks of; raise Unauthenticated, which never says more than that it has expired."""
        options = self.options
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in options.algorithms:
                raise Unauthenticated(NOT_GOOD)
            key = await self.keys.key(header.get("kid"))
            claims = jwt.decode(
                token,
                key,
                algorithms=list(options.algorithms),
                audience=options.audience,
                issuer=options.issuer,
                leeway=options.leeway,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("The token has expired.") from error
        except (jwt.PyJWTError, UnknownKey) as error:
            raise Unauthenticated(NOT_GOOD) from error
        return self._caller(claims)

    def _caller(self, claims: Mapping[str, Any]) -> Caller:
        return Caller(
            f"token:{claims['sub']}",
            authenticated=True,
            scopes=_scopes(claims),
            sources=self._sources(claims),
            expires_at=self._end(claims["exp"]),
        )

    def _end(self, expires: float | str) -> datetime:
        """Until when a token is accepted, whatever it travels by: the leeway is included."""
        return datetime.fromtimestamp(min(int(expires), LAST_SECOND), UTC) + self.options.leeway

    def _sources(self, claims: Mapping[str, Any]) -> frozenset[str] | None:
        """Confined to what the claim lists; a token without the claim that is asked for sees no source."""
        if self.options.sources_claim is None:
            return None
        listed = claims.get(self.options.sources_claim)
        return frozenset(filter(lambda one: isinstance(one, str), listed)) if isinstance(listed, list) else frozenset()


def _scopes(claims: Mapping[str, Any]) -> frozenset[Scope]:
    """The scopes that this gateway knows: of `scope` (RFC 8693) or of `scp`, a text or a list."""
    told = claims.get("scope", claims.get("scp", ""))
    words = told.split() if isinstance(told, str) else told if isinstance(told, list) else ()
    return frozenset(scope for scope in Scope if scope.value in words)
