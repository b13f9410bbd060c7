import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import jwt

from gateway.observability.event_log import EventLog

FetchKeys: TypeAlias = Callable[[], Awaitable[Mapping[str, Any]]]
"""Fetches a JSON Web Key Set, parsed."""

FRESH_SECONDS = 600.0
APART_SECONDS = 30.0

_log = EventLog(__name__)


class UnknownKey(Exception):
    """No published key has that id, or no key could be fetched."""


class KeySet:
    """An issuer's keys by their ids, fetched again when they are old or when an unknown id turns up.

    However many unknown ids come, fetches are at least `apart` seconds from each other; who asks for one while keys are
    fetched waits for them. Where fetching fails, the keys known before stay good.
    """

    def __init__(
        self,
        fetch: FetchKeys,
        clock: Callable[[], float] = time.monotonic,
        fresh: float = FRESH_SECONDS,
        apart: float = APART_SECONDS,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._fresh = fresh
        self._apart = apart
        self._keys: Mapping[str | None, jwt.PyJWK] = {}
        self._fetched_at = float("-inf")
        self._lock = asyncio.Lock()

    async def key(self, identifier: str | None) -> jwt.PyJWK:
        """Find a key; raise UnknownKey."""
        age, unknown = self._clock() - self._fetched_at, identifier not in self._keys
        if age > self._fresh or (unknown and (age > self._apart or self._lock.locked())):
            await self._refresh()
        found = self._keys.get(identifier)
        if found is None:
            raise UnknownKey(identifier)
        return found

    async def _refresh(self) -> None:
        async with self._lock:
            if self._clock() - self._fetched_at <= self._apart:
                return
            self._fetched_at = self._clock()
            try:
                published = await self._fetch()
                self._keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(dict(published)).keys}
            except Exception:  # noqa: BLE001 - an issuer that fails in whatever way must not take the known keys along
                _log.exception("the issuer's keys could not be fetched")
