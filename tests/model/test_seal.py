import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.seal import ForeignTokenError, Sealer

SEALER = Sealer(b"k" * 32)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
PAYLOADS = st.lists(st.none() | st.booleans() | st.integers() | TEXT | st.lists(TEXT, max_size=3), max_size=6)


@given(TEXT, PAYLOADS)
def test_what_was_sealed_is_opened(purpose: str, payload: list[object]) -> None:
    """A token holds what was sealed into it, short or long."""
    assert SEALER.open(purpose, SEALER.seal(purpose, payload)) == payload


@given(PAYLOADS)
def test_another_purpose_is_refused(payload: list[object]) -> None:
    """A token is good for its own list and arguments only."""
    token = SEALER.seal("devices", payload)

    with pytest.raises(ForeignTokenError):
        SEALER.open("users", token)


def test_another_key_is_refused() -> None:
    """A token of another key is refused."""
    token = Sealer(b"o" * 32).seal("devices", [1])

    with pytest.raises(ForeignTokenError):
        SEALER.open("devices", token)


@given(PAYLOADS, st.data())
def test_any_change_is_refused(payload: list[object], data: st.DataObject) -> None:
    """A token with any character changed is refused, also where it would be the very same bytes written otherwise."""
    token = SEALER.seal("devices", payload)
    index = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda character: character != token[index]))
    changed = token[:index] + other + token[index + 1 :]

    with pytest.raises(ForeignTokenError):
        SEALER.open("devices", changed)


@given(st.text())
def test_any_text_is_refused(text: str) -> None:
    """No text that was not sealed is opened."""
    with pytest.raises(ForeignTokenError):
        SEALER.open("devices", text)
