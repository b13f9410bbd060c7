import time
from collections.abc import Callable
from hashlib import blake2b

from gateway.http.auth import FindApiKey
from gateway.store.api_keys import ApiKey

SECONDS = 1.0
"""How long a key that was revoked may still be taken."""
MOST = 10_000


class RememberedKeys:
    """Asks the store for a good key once a second; what is no good is asked for each time, and so not kept.

    Keys are remembered by a hash: nothing here could be used as one.
    """

    def __init__(self, find: FindApiKey, clock: Callable[[], float] = time.monotonic) -> None:
        self._find = find
        self._clock = clock
        self._kept: dict[bytes, tuple[ApiKey, float]] = {}

    async def find(self, text: str) -> ApiKey | None:
        name = _hashed(text)
        kept = self._kept.get(name)
        if kept is not None and self._clock() < kept[1]:
            return kept[0]
        return await self._found(text, name)

    async def find_anew(self, text: str) -> ApiKey | None:
        """Ask the store, whatever is remembered."""
        return await self._found(text, _hashed(text))

    async def _found(self, text: str, name: bytes) -> ApiKey | None:
        found = await self._find(text)
        if found is None or found.revoked_at is not None:
            self._kept.pop(name, None)
            return found
        if len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[name] = found, self._clock() + SECONDS
        return found


def _hashed(text: str) -> bytes:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=16).digest()
