"""How far back a look for events goes: an event may reach its service later than others that happened after it."""

from collections.abc import Collection
from datetime import timedelta

from gateway.store.polled import Polled

SOON = 120_000
"""How late an event may be, by its own time, that the very next look is to find; in milliseconds, as all times here."""

EVERY = 60_000
"""Between two looks that go back for whatever is later than that."""


class LookBack:
    """Finds every event that reaches its service at most `late` after its own time, once a look has come after it."""

    def __init__(self, late: timedelta) -> None:
        self._late = late // timedelta(milliseconds=1)
        self._far: dict[str, int] = {}  # when each device was last looked at all the way back

    def start(self, device: str, polled: Polled, now: int) -> int:
        """The time from which on the events of a device are to be read."""
        if not self._is_due(device, now):
            return polled.polled_to - min(SOON, self._late)
        # Whoever looked until then did so all the way back no longer than that before.
        return self._far.get(device, polled.polled_to - EVERY) - self._late

    def looked(self, devices: Collection[str], now: int) -> None:
        """Take note that these were looked at from where they were to be, and no others."""
        self._far = {one: now if self._is_due(one, now) else self._far[one] for one in devices}

    def _is_due(self, device: str, now: int) -> bool:
        return device not in self._far or now - self._far[device] >= EVERY
