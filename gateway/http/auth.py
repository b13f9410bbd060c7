"""Who asks: by an API key, by a JSON Web Token, or nobody."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field

from gateway.http.mistakes import MESSAGE, Mistakes
from gateway.http.remembered_callers import Known, RememberedCallers
from gateway.http.unauthenticated import TooManyMistakes, Unauthenticated
from gateway.model.caller import ANYBODY, NOBODY, Caller
from gateway.store.api_keys import PREFIX, ApiKey

if TYPE_CHECKING:  # it brings libraries that only tokens need
    from gateway.http.json_web_token import TokenVerifier

FindApiKey: TypeAlias = Callable[[str], Awaitable[ApiKey | None]]
Clock: TypeAlias = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


class Authentication(Struct, frozen=True):
    """How callers are known. Not `required`: without credentials anybody may do everything.

    `api_keys` finds a key by its text, `tokens` verifies a JSON Web Token; each None where it is not offered.
    `mistakes` bounds how often an address may be wrong; `remembered`: who was known a moment ago, nobody unless
    that is given.
    """

    required: bool
    api_keys: FindApiKey | None
    tokens: "TokenVerifier | None"
    clock: Clock
    mistakes: Mistakes | None = None
    remembered: RememberedCallers = field(default_factory=partial(RememberedCallers, 0.0))

    async def caller_at(self, address: str | None, authorization: str | None, api_key: str | None) -> Caller:
        """Tell who sends these headers from that address, as they were looked at within the last second.

        What is wrong is counted against the address; raise TooManyMistakes where it has to wait, or Unauthenticated.
        """
        if authorization is None and api_key is None:
            return await self.caller(None, None)
        known = self.remembered.find(authorization, api_key)
        if known is None or address not in known.addresses:
            known = await self._bounded(known, address, authorization, api_key)
            known.addresses.add(address)
        return known.caller

    async def caller_now(self, authorization: str | None, api_key: str | None) -> Caller:
        """As `caller`; whatever is remembered is made right."""
        return (await self._look(authorization, api_key)).caller

    async def caller(self, authorization: str | None, api_key: str | None) -> Caller:
        """Tell who sends these headers; raise Unauthenticated for credentials that are not good."""
        if self.api_keys is None and self.tokens is None:
            return NOBODY if self.required else ANYBODY
        if api_key is not None:
            return await self._by_api_key(api_key)
        if authorization is None:
            return NOBODY if self.required else ANYBODY
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() != "bearer" or not credentials:
            raise Unauthenticated("Authorization must be `Bearer` and an API key or a token.")
        if credentials.startswith(f"{PREFIX}_"):
            return await self._by_api_key(credentials.strip())
        if self.tokens is None:
            raise Unauthenticated("Tokens are not accepted here; send an API key.")
        return await self.tokens.caller(credentials.strip())

    async def _by_api_key(self, text: str) -> Caller:
        found = None if self.api_keys is None else await self.api_keys(text)
        if found is None or found.revoked_at is not None:
            raise Unauthenticated("The API key is not known.")
        expires_at = None if found.expires_at is None else datetime.fromtimestamp(found.expires_at / 1000, UTC)
        if expires_at is not None and expires_at <= self.clock():
            raise Unauthenticated("The API key has expired.")
        return Caller(
            f"key:{found.id}",
            authenticated=True,
            scopes=found.scopes,
            sources=found.sources,
            expires_at=expires_at,
        )

    async def _bounded(
        self, known: Known | None, address: str | None, authorization: str | None, api_key: str | None
    ) -> Known:
        """Look at what is not known yet, and bound how often it is wrong."""
        shown = authorization if api_key is None else api_key
        if self.mistakes is None or shown is None:
            return known or await self._look(authorization, api_key)
        _refuse(self.mistakes.seconds_to_wait(address, shown))
        try:
            known = known or await self._look(authorization, api_key)
        except Unauthenticated:
            _refuse(await self.mistakes.made(address, shown))
            raise
        self.mistakes.none_made(address, shown)
        return known

    async def _look(self, authorization: str | None, api_key: str | None) -> Known:
        began, now = self.remembered.now(), self.clock()
        try:
            caller = await self.caller(authorization, api_key)
        except Unauthenticated:
            self.remembered.forget(authorization, api_key)
            raise
        left = None if caller.expires_at is None else (caller.expires_at - now).total_seconds()
        return self.remembered.keep(authorization, api_key, caller, began, left)


def _refuse(seconds: int) -> None:
    if seconds:
        raise TooManyMistakes(MESSAGE.format(seconds), seconds)


OPEN = Authentication(required=False, api_keys=None, tokens=None, clock=_now)
"""Asks nobody who they are."""
