import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.execution.manifest import BrokenManifest, read_manifest
from tests.execution.queries import NAME, TWICE, hash_of


def apollo(*operations: object, **members: object) -> bytes:
    manifest = {"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}
    return json.dumps(manifest | members).encode()


def test_relays_form_is_read() -> None:
    """Relay's compiler writes text by MD5, or by whatever it is told to."""
    content = json.dumps({"0123456789abcdef0123456789abcdef": NAME, "b": TWICE}).encode()

    assert read_manifest(content) == {"0123456789abcdef0123456789abcdef": NAME, "b": TWICE}


def test_the_plain_form_is_read() -> None:
    """Any tool can write text by its hash, with or without the standard's prefix."""
    content = json.dumps({hash_of(NAME): NAME, f"sha256:{hash_of(TWICE)}": TWICE}).encode()

    assert read_manifest(content) == {hash_of(NAME): NAME, f"sha256:{hash_of(TWICE)}": TWICE}


def test_apollos_form_is_read() -> None:
    """Apollo's tool writes a list of operations, with a body each."""
    one = {"id": hash_of(NAME), "body": NAME, "name": "Name", "type": "query"}
    two = {"id": "two", "body": TWICE, "name": "Two", "type": "query"}

    assert read_manifest(apollo(one, two, one)) == {hash_of(NAME): NAME, "two": TWICE}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON"),
        (b'{"a":', "not JSON"),
        (b"[]", "must be a JSON object"),
        (b'{"a":5}', "the document 'a' is not text"),
        (b'{"":"{ name }"}', "an id is empty"),
        (b'{"sha256:00":"{ name }"}', "'sha256:00' has another hash"),
        (apollo(format="something"), "format is not 'apollo-persisted-query-manifest'"),
        (apollo(operations={}), "`operations` must be a list"),
        (apollo({"id": "a"}), "operation 0 needs an `id` and a `body`"),
        (apollo({"id": "a", "body": NAME}, {"id": 5, "body": NAME}), "operation 1 needs an `id` and a `body`"),
        (apollo({"id": "a", "body": NAME}, {"id": "a", "body": TWICE}), "two operations have the id 'a'"),
    ],
)
def test_a_broken_file_is_explained(content: bytes, words: str) -> None:
    """Whoever wrote the file reads what is wrong with it, and where."""
    with pytest.raises(BrokenManifest, match=words):
        read_manifest(content)


@given(
    st.binary(max_size=40)
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["format", "operations", "id", "body", ""]), inner, max_size=3)
        ),
    ).map(lambda value: json.dumps(value).encode())
)
def test_any_file_is_read_or_broken(content: bytes) -> None:
    """No bytes cause anything but texts by id or an explanation."""
    try:
        texts = read_manifest(content)
    except BrokenManifest:
        return

    assert all(isinstance(text, str) for text in texts.values())
