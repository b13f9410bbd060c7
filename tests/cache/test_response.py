"""The cache of answers: bounded, and never of what is not true any more."""

from dataclasses import dataclass

import pytest

from gateway.cache.response import ENTRY_BYTES, REMEMBERED, TAG_BYTES, Kept, ResponseCache

NOTHING: frozenset[str] = frozenset()
DOOR, BELL = frozenset({"door"}), frozenset({"bell"})


@dataclass
class Seconds:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def cache(clock: Seconds) -> ResponseCache:
    return ResponseCache(1_000_000, clock)


def answer(cache: ResponseCache, body: bytes = b"{}", max_age: int = 60) -> Kept:
    return Kept(body, b'W/"x"', b"private", max_age, cache.now())


def keep(cache: ResponseCache, key: str, tags: frozenset[str] = NOTHING, body: bytes = b"{}") -> Kept:
    kept = answer(cache, body)
    assert cache.put(key, kept, tags, cache.begin())
    return kept


def test_an_answer_is_found_until_it_is_too_old(cache: ResponseCache, clock: Seconds) -> None:
    """An answer is found as long as it may be used, and not a moment longer."""
    kept = keep(cache, "a")
    clock.now += 59.9
    found, age = cache.get("a"), cache.age(kept)
    clock.now += 0.1
    late = cache.get("a")

    assert (found, round(age, 3), late) == (kept, 59.9, None)
    assert (cache.hits, cache.misses, cache.held_bytes) == (1, 1, 0)


def test_it_never_holds_more_than_it_may() -> None:
    """However many answers come, the bytes stay within the bound; the longest unused go first."""
    each = 2 * 100 + ENTRY_BYTES + TAG_BYTES
    cache = ResponseCache(3 * each, Seconds())
    for key in "abc":
        keep(cache, key, DOOR, bytes(100))
    cache.get("a")
    keep(cache, "d", DOOR, bytes(100))

    assert [key for key in "abcd" if cache.get(key)] == ["a", "c", "d"]
    assert cache.held_bytes == 3 * each
    cache.forget(DOOR)
    assert cache.held_bytes == 0


def test_what_is_larger_than_the_cache_is_not_kept() -> None:
    """One large answer does not push out all others."""
    cache = ResponseCache(5000, Seconds())
    small = keep(cache, "small")
    keep(cache, "large", body=bytes(3000))

    assert (cache.get("large"), cache.get("small")) == (None, small)


def test_who_changes_something_drops_what_tells_of_it(cache: ResponseCache) -> None:
    """A change drops every answer with its tag, and no other."""
    keep(cache, "door", DOOR)
    keep(cache, "both", DOOR | BELL)
    bell = keep(cache, "bell", BELL)
    cache.forget(DOOR)

    assert [cache.get(key) for key in ("door", "both", "bell")] == [None, None, bell]
    cache.forget_all()
    assert (cache.get("bell"), cache.held_bytes) == (None, 0)


def test_what_changed_meanwhile_is_not_kept(cache: ResponseCache) -> None:
    """An answer that was begun before a change of something that it tells of is not kept after it."""
    begun = cache.begin()
    cache.forget(DOOR)

    assert not cache.put("door", answer(cache), DOOR, begun)
    assert cache.put("bell", answer(cache), BELL, begun)
    cache.forget_all()
    assert not cache.put("bell", answer(cache), BELL, begun)
    assert cache.put("door", answer(cache), DOOR, cache.begin())


def test_a_change_that_is_long_forgotten_counts_too(cache: ResponseCache) -> None:
    """An answer that took longer than the cache looks back is not kept, whatever has changed."""
    begun = cache.begin()
    for number in range(REMEMBERED):
        cache.forget(frozenset({str(number)}))
    soon = cache.put("a", answer(cache), DOOR, begun)
    cache.forget(BELL)

    assert soon
    assert not cache.put("b", answer(cache), DOOR, begun)


def test_an_answer_may_replace_another(cache: ResponseCache) -> None:
    """The newer answer is found, and only it is counted; the tags of the older one no longer drop it."""
    keep(cache, "a", DOOR)
    weight = cache.held_bytes
    newer = keep(cache, "a", BELL)
    cache.forget(DOOR)

    assert (cache.get("a"), cache.held_bytes) == (newer, weight)
