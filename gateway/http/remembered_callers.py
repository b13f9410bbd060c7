import time
from collections.abc import Callable
from hashlib import blake2b

from msgspec import Struct, field

from gateway.model.caller import Caller

SECONDS = 1.0
"""How long credentials that were revoked may still be taken."""
MOST = 10_000


class Known(Struct, frozen=True):
    """Whom credentials stand for. `until`: when they are looked at again, by a clock that only goes forward.

    `addresses`: where they have come from meanwhile.
    """

    caller: Caller
    until: float
    addresses: set[str | None] = field(default_factory=set)


class RememberedCallers:
    """Whom credentials stood for when they were last looked at, where they were good: for `seconds`, 0 for never.

    They are remembered by a hash: nothing here could be used as credentials.
    """

    def __init__(self, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._kept: dict[bytes, Known] = {}

    def now(self) -> float:
        return self._clock()

    def find(self, authorization: str | None, api_key: str | None) -> Known | None:
        """Whom these two headers stand for."""
        kept = self._kept.get(_name(authorization, api_key))
        return kept if kept is not None and self._clock() < kept.until else None

    def keep(
        self,
        authorization: str | None,
        api_key: str | None,
        caller: Caller,
        began: float,
        seconds_left: float | None,
    ) -> Known:
        """Remember who was found by a look that began `now`, by credentials that then had so many seconds left.

        None: they do not end.
        """
        seconds = self._seconds if seconds_left is None else min(self._seconds, seconds_left)
        known = Known(caller, began + seconds)
        if seconds > 0:
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[_name(authorization, api_key)] = known
        return known

    def forget(self, authorization: str | None, api_key: str | None) -> None:
        self._kept.pop(_name(authorization, api_key), None)


def _name(authorization: str | None, api_key: str | None) -> bytes:
    """Name what they say, of which the key goes first, by a hash."""
    said = f"authorization: {authorization}" if api_key is None else f"x-api-key: {api_key}"
    return blake2b(said.encode("utf-8", "surrogatepass")).digest()
