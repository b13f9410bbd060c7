from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class ByteBoundedLru(Generic[Value]):
    """Values by text; the longest unused go first once the weights add up to more than `max_bytes`."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.held_bytes = 0
        self.hits = 0
        self.misses = 0
        self._entries: OrderedDict[str, tuple[Value, int]] = OrderedDict()

    def get(self, key: str) -> Value | None:
        entry = self._entries.get(key)
        if entry is None:
            self.misses += 1
            return None
        self.hits += 1
        self._entries.move_to_end(key)
        return entry[0]

    def put(self, key: str, value: Value, weight: int) -> None:
        """Keep `value`, which holds about `weight` bytes; what alone passes the bound is not kept."""
        self._drop(key)
        if weight > self.max_bytes:
            return
        self._entries[key] = (value, weight)
        self.held_bytes += weight
        while self.held_bytes > self.max_bytes:
            self._drop(next(iter(self._entries)))

    def weigh(self, key: str, weight_of: Callable[[Value], int]) -> None:
        """Take note of what the value holds by now, where it is kept."""
        entry = self._entries.get(key)
        if entry is not None:
            self.put(key, entry[0], weight_of(entry[0]))

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.held_bytes -= entry[1]

    def __len__(self) -> int:
        return len(self._entries)
