import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.errors import InvalidInput
from gateway.model.ids import GlobalId, NodeKind, decode_id

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.sampled_from(NodeKind), TEXT, TEXT)
def test_an_id_is_read_back(kind: NodeKind, source: str, key: str) -> None:
    """An id that was given out stands for the same thing for ever."""
    made = GlobalId(kind, source, key)

    assert decode_id(made.encode()) == made


def sealed(parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "=",
        "not an id",
        "ключ",
        sealed([2, "1", "s", "k"]),
        sealed([1, "z", "s", "k"]),
        sealed([1, "1", "s"]),
        sealed([1, "1", "s", 5]),
        sealed([1, "1", None, "k"]),
        sealed([True, "1", "s", "k"]),
        sealed({"1": "1"}),
        sealed([1, "1", "s", "\ud800"]),
        sealed([1, "1", "s", "k"]) + "=",
        base64.urlsafe_b64encode(b'[1, "1", "s", "k"]').decode().rstrip("="),
        base64.urlsafe_b64encode(b"[" * 5000).decode().rstrip("="),
    ],
)
def test_what_was_not_given_out_is_refused(text: str) -> None:
    """A malformed id is bad input at the argument named, whatever it holds."""
    with pytest.raises(InvalidInput, match="not an id that this gateway gave out") as refusal:
        decode_id(text, "ids")

    assert refusal.value.argument == "ids"


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text, however odd, does anything else than be read or be refused."""
    try:
        made = decode_id(text)
    except InvalidInput:
        return

    assert made.encode() == text
