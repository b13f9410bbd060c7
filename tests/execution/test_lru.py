from hypothesis import given
from hypothesis import strategies as st

from gateway.execution.lru import ByteBoundedLru


def test_the_longest_unused_goes_first() -> None:
    """What is used stays."""
    lru: ByteBoundedLru[int] = ByteBoundedLru(2)
    lru.put("a", 1, 1)
    lru.put("b", 2, 1)
    lru.get("a")
    lru.put("c", 3, 1)

    assert (lru.get("a"), lru.get("b"), lru.get("c")) == (1, None, 3)


def test_what_alone_passes_the_bound_pushes_nothing_out() -> None:
    """One huge value does not empty the cache."""
    lru: ByteBoundedLru[int] = ByteBoundedLru(2)
    lru.put("a", 1, 1)
    lru.put("huge", 2, 3)

    assert (lru.get("a"), lru.get("huge")) == (1, None)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 12))), st.integers(0, 20))
def test_the_bound_holds_after_any_use(puts: list[tuple[str, int]], bound: int) -> None:
    """The weights never add up to more than the bound, and the last value that fits is there."""
    lru: ByteBoundedLru[int] = ByteBoundedLru(bound)
    for number, (key, weight) in enumerate(puts):
        lru.put(key, number, weight)

        assert lru.held_bytes <= bound
        assert lru.get(key) == (number if weight <= bound else None)
        assert (lru.held_bytes == 0) or len(lru) > 0
