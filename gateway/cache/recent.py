import sys
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from msgspec import Struct

Answer = TypeVar("Answer")


class _Kept(Struct, Generic[Answer], frozen=True):
    answer: Answer
    subject: str | None
    until: float
    weight: int


class Recent(Generic[Answer]):
    """Answers of the last few seconds; the oldest go first once they hold more than `max_bytes`, roughly.

    An answer is about one subject, by its key, or about many (None); what is about one is found without a search.
    """

    def __init__(self, seconds: float, max_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.hits = 0
        self.misses = 0
        self.held_bytes = 0
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._clock = clock
        self._kept: dict[str, _Kept[Answer]] = {}
        self._about: dict[str | None, set[str]] = {}

    def now(self) -> float:
        return self._clock()

    def get(self, key: str) -> Answer | None:
        kept = self._kept.get(key)
        if kept is None or kept.until <= self._clock():
            self.misses += 1
            return None
        self.hits += 1
        return kept.answer

    def put(self, key: str, subject: str | None, answer: Answer, asked_at: float) -> None:
        """Keep an answer for its seconds from when it was asked for (`now`): it may be as old as that."""
        self._drop(key)
        weight = weight_of(key) + weight_of(answer)
        if weight > self._max_bytes:
            return
        self._kept[key] = _Kept(answer, subject, asked_at + self._seconds, weight)
        self._about.setdefault(subject, set()).add(key)
        self.held_bytes += weight
        while self.held_bytes > self._max_bytes:
            self._drop(next(iter(self._kept)))

    def forget(self, subject: str) -> None:
        """Drop what is about the subject, or may be."""
        for key in (*self._about.get(subject, ()), *self._about.get(None, ())):
            self._drop(key)

    def clear(self) -> None:
        self._kept.clear()
        self._about.clear()
        self.held_bytes = 0

    def _drop(self, key: str) -> None:
        kept = self._kept.pop(key, None)
        if kept is None:
            return
        self.held_bytes -= kept.weight
        about = self._about[kept.subject]
        about.remove(key)
        if not about:
            del self._about[kept.subject]


def weight_of(value: object) -> int:
    """The bytes that a value made of dicts, lists and plain values holds; what it has twice counts twice."""
    weight = sys.getsizeof(value)
    if isinstance(value, dict):
        return weight + sum([weight_of(key) + weight_of(item) for key, item in value.items()])
    if isinstance(value, list | tuple):
        return weight + sum([weight_of(item) for item in value])
    return weight
