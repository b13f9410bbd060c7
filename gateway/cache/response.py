import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable

from msgspec import Struct

ENTRY_BYTES = 1000
"""About what an entry holds beside its bodies: its key, its headers, its place."""

TAG_BYTES = 250
REMEMBERED = 1000
"""Changes that are looked back at; an answer that took longer than so many of them is not kept."""


class Kept(Struct, eq=False):
    """An answer as ready bytes.

    `etag` names the body, `control` tells how long who has it may use it, both as HTTP writes them. `max_age`: seconds
    that it may be used for after `asked_at`, by the cache's clock. `compressed`: once somebody asked for it.
    """

    body: bytes
    etag: bytes
    control: bytes
    max_age: int
    asked_at: float
    compressed: bytes | None = None

    @property
    def weight(self) -> int:
        """Bytes, with room for the compressed body."""
        return 2 * len(self.body) + ENTRY_BYTES


class ResponseCache:
    """Answers by key; the longest unused go first once they hold more than `max_bytes`.

    Each has tags: what it tells of. Who changes something forgets its tags, and with them all answers that have one;
    an answer that was begun before is not kept after. `hits`, `misses` and `held_bytes` are for metrics.
    """

    def __init__(self, max_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.max_bytes = max_bytes
        self.held_bytes = self.hits = self.misses = 0
        self._clock = clock
        self._entries: OrderedDict[Hashable, tuple[Kept, frozenset[str]]] = OrderedDict()
        self._tagged: dict[str, set[Hashable]] = {}
        self._changes = 0
        self._recent: deque[frozenset[str] | None] = deque(maxlen=REMEMBERED)

    def get(self, key: Hashable) -> Kept | None:
        """Return what is kept and not too old."""
        entry = self._entries.get(key)
        if entry is not None and self.age(entry[0]) >= entry[0].max_age:
            self._drop(key)
            entry = None
        if entry is None:
            self.misses += 1
            return None
        self.hits += 1
        self._entries.move_to_end(key)
        return entry[0]

    def now(self) -> float:
        return self._clock()

    def age(self, kept: Kept) -> float:
        return self._clock() - kept.asked_at

    def begin(self) -> int:
        """Say that an answer is begun; what is returned goes to `put`."""
        return self._changes

    def put(self, key: Hashable, kept: Kept, tags: frozenset[str], begun: int) -> bool:
        """Keep an answer; tell whether it is true, which it is not where what it tells of changed since `begun`."""
        if self._changed_since(begun, tags):
            return False
        self._add(key, kept, tags)
        return True

    def forget(self, tags: frozenset[str]) -> None:
        """Drop whatever tells of one of these."""
        self._note(tags)
        for key in [key for tag in tags for key in self._tagged.get(tag, ())]:
            self._drop(key)

    def forget_all(self) -> None:
        self._note(None)
        self._entries.clear()
        self._tagged.clear()
        self.held_bytes = 0

    def _note(self, tags: frozenset[str] | None) -> None:
        self._changes += 1
        self._recent.append(tags)

    def _changed_since(self, begun: int, tags: frozenset[str]) -> bool:
        since = self._changes - begun
        if since > len(self._recent):
            return True
        return any(
            changed is None or not changed.isdisjoint(tags)
            for changed in (self._recent[-number] for number in range(1, since + 1))
        )

    def _add(self, key: Hashable, kept: Kept, tags: frozenset[str]) -> None:
        self._drop(key)
        weight = _weight(kept, tags)
        if weight > self.max_bytes:
            return
        self._entries[key] = kept, tags
        self.held_bytes += weight
        for tag in tags:
            self._tagged.setdefault(tag, set()).add(key)
        while self.held_bytes > self.max_bytes:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        kept, tags = entry
        self.held_bytes -= _weight(kept, tags)
        for tag in tags:
            keys = self._tagged[tag]
            keys.discard(key)
            if not keys:
                del self._tagged[tag]


def _weight(kept: Kept, tags: frozenset[str]) -> int:
    return kept.weight + TAG_BYTES * len(tags)
