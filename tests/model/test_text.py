import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from gateway.model.text import name_key

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def test_names_compare_caseless_and_normalised() -> None:
    """Names that look equal are equal: whatever their case, and however their accents were typed."""
    assert name_key("KÜCHE") == name_key("ku\u0308che")
    assert name_key("Straße") == name_key("STRASSE")


@given(TEXT)
def test_a_key_is_its_own_key(name: str) -> None:
    """The key of a key is itself, and how a name was normalised makes no difference to it."""
    key = name_key(name)

    assert name_key(unicodedata.normalize("NFD", name)) == name_key(unicodedata.normalize("NFC", name)) == key


@given(st.lists(TEXT))
def test_python_orders_as_the_databases_do(names: list[str]) -> None:
    """Keys sort by code point here as they do by UTF-8 bytes in both databases."""
    assert sorted(names) == sorted(names, key=lambda name: name.encode())
