import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.execution.lookup import DocumentLookup, DocumentName
from gateway.execution.persisted import PersistedTexts
from tests.execution.queries import NAME, TWICE, WRONG, documents, hash_of, refusal

NOT_FOUND = ("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")


@pytest.fixture
def texts() -> PersistedTexts:
    return PersistedTexts(10_000)


@pytest.fixture
def lookup(texts: PersistedTexts) -> DocumentLookup:
    return DocumentLookup(documents(), texts, None, locked=False)


def test_a_text_is_registered_once_and_then_named(lookup: DocumentLookup) -> None:
    """A client sends its document once, and from then on the hash alone."""
    assert refusal(lookup, DocumentName(None, sha256_hash=hash_of(NAME))) == NOT_FOUND

    registered = lookup.find(DocumentName(NAME, sha256_hash=hash_of(NAME)))

    assert registered.hash == hash_of(NAME)
    assert lookup.find(DocumentName(None, sha256_hash=hash_of(NAME))) is registered


def test_a_registered_text_has_a_document_id(lookup: DocumentLookup) -> None:
    """The standard's identifier `sha256:…` names the same text as Apollo's hash."""
    registered = lookup.find(DocumentName(NAME, document_id=f"sha256:{hash_of(NAME)}"))

    assert lookup.find(DocumentName(None, document_id=f"sha256:{hash_of(NAME)}")) is registered
    assert lookup.find(DocumentName(None, sha256_hash=hash_of(NAME))) is registered


def test_apq_poisoning_is_refused(lookup: DocumentLookup, texts: PersistedTexts) -> None:
    """Nobody can put one text under the hash of another."""
    code, message = refusal(lookup, DocumentName(TWICE, sha256_hash=hash_of(NAME)))

    assert (code, message) == ("BAD_USER_INPUT", "The query does not have that SHA-256.")
    assert refusal(lookup, DocumentName(None, sha256_hash=hash_of(NAME))) == NOT_FOUND
    assert refusal(lookup, DocumentName(None, sha256_hash=hash_of(TWICE))) == NOT_FOUND
    assert len(texts) == 0


def test_a_text_that_is_not_valid_is_not_kept(lookup: DocumentLookup, texts: PersistedTexts) -> None:
    """Only what can be run takes room."""
    code, _ = refusal(lookup, DocumentName(WRONG, sha256_hash=hash_of(WRONG)))

    assert code == "GRAPHQL_VALIDATION_FAILED"
    assert len(texts) == 0


def test_hash_and_document_id_together_are_refused(lookup: DocumentLookup) -> None:
    """A request names its document in one way, so that there is no doubt which is meant."""
    name = DocumentName(None, document_id=f"sha256:{hash_of(NAME)}", sha256_hash=hash_of(TWICE))

    assert refusal(lookup, name)[0] == "BAD_USER_INPUT"


def test_switched_off_a_client_is_told_so() -> None:
    """A client learns that it must send the text, and no text is kept; with its right hash it runs."""
    lookup = DocumentLookup(documents(), None, None, locked=False)

    assert refusal(lookup, DocumentName(None, sha256_hash=hash_of(NAME))) == (
        "PERSISTED_QUERY_NOT_SUPPORTED",
        "PersistedQueryNotSupported",
    )
    assert lookup.find(DocumentName(NAME, sha256_hash=hash_of(NAME))).hash == hash_of(NAME)
    assert refusal(lookup, DocumentName(NAME, sha256_hash=hash_of(TWICE)))[0] == "BAD_USER_INPUT"


def test_the_texts_are_bounded_by_bytes() -> None:
    """However many texts clients register, memory holds the newest that fit; the others are sent again."""
    texts = PersistedTexts(10_000)
    for number in range(1_000):
        texts.put(f"{{ name{number} }}")

    assert len(texts) <= 10_000 // 300
    assert texts.get(hash_of("{ name999 }")) == "{ name999 }"
    assert texts.get(hash_of("{ name0 }")) is None


def test_a_document_that_was_forgotten_is_compiled_again() -> None:
    """A registered text runs for as long as it is kept, whatever became of its parsed form."""
    known, texts = documents(), PersistedTexts(10_000)
    DocumentLookup(known, texts, None, locked=False).find(DocumentName(NAME, sha256_hash=hash_of(NAME)))

    fresh = DocumentLookup(documents(), texts, None, locked=False)

    assert fresh.find(DocumentName(None, sha256_hash=hash_of(NAME))).hash == hash_of(NAME)


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=30), max_size=30))
def test_a_hash_finds_its_own_text_or_nothing(registered: list[str]) -> None:
    """Whatever is registered, no hash ever stands for another text."""
    texts = PersistedTexts(2_000)
    for text in registered:
        texts.put(text)

    assert all(texts.get(hash_of(text)) in {None, text} for text in registered)
