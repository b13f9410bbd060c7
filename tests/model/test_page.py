import pytest

from gateway.model.errors import InvalidInput
from gateway.model.page import PageLimits, Slice, slice_of

LIMITS = PageLimits(size=20, maximum=100)


def test_without_first_or_last_a_page_has_the_default_size() -> None:
    """Neither first nor last: a forward page of the default size."""
    assert slice_of(None, None, None, None, LIMITS) == Slice(20, backwards=False, after=None, before=None)


def test_a_small_maximum_bounds_the_default() -> None:
    """The default page never passes the maximum."""
    assert slice_of(None, None, None, None, PageLimits(20, 5)).limit == 5


@pytest.mark.parametrize(("first", "last", "backwards"), [(0, None, False), (100, None, False), (None, 0, True)])
def test_zero_and_the_maximum_are_legal(first: int | None, last: int | None, backwards: bool) -> None:  # noqa: FBT001 - pytest gives it
    """A page of none and a page of the maximum can be asked for."""
    made = slice_of(first, "a", last, "b", LIMITS)

    assert made == Slice(first if last is None else last, backwards, "a", "b")


@pytest.mark.parametrize(
    ("first", "last", "argument", "words"),
    [
        (1, 1, "last", "either first or last"),
        (-1, None, "first", "first must not be negative"),
        (None, -1, "last", "last must not be negative"),
        (101, None, "first", "first must not be more than 100"),
        (None, 101, "last", "last must not be more than 100"),
    ],
)
def test_what_is_no_page_is_refused(first: int | None, last: int | None, argument: str, words: str) -> None:
    """Both, a negative number or too large a page are bad input at the argument named."""
    with pytest.raises(InvalidInput, match=words) as refusal:
        slice_of(first, None, last, None, LIMITS)

    assert refusal.value.argument == argument
