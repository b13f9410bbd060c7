import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.execution.lookup import DocumentLookup, DocumentName
from gateway.execution.manifest import BrokenManifest
from gateway.execution.persisted import PersistedTexts
from gateway.execution.plan import make_plan
from gateway.execution.result import RequestRefused
from gateway.execution.road import Road
from gateway.execution.run import Executor
from gateway.execution.trusted_file import TrustedFile, open_trusted_file
from tests.execution.queries import NAME, STRAWBERRY, TWICE, WRONG, documents, hash_of, refusal
from tests.logged import capture_logs

REQUIRED = ("TRUSTED_DOCUMENT_REQUIRED", "Only trusted documents are run here; name one by its documentId.")
NOT_FOUND = ("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
BOUND = 1_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "manifest.json"
    write(path, {"name": NAME})
    return path


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> TrustedFile:
    path = tmp_path_factory.mktemp("trusted") / "manifest.json"
    write(path, {"name": NAME})
    return load(path)


def write(path: Path, texts: Mapping[str, object]) -> None:
    """Replace the file as deployments do: whole, and by another one."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(texts))
    new.replace(path)


def spoil(path: Path, content: str | None) -> None:
    path.unlink()
    if content is not None:
        path.write_text(content)


def load(path: Path) -> TrustedFile:
    file = TrustedFile(path, documents(), BOUND)
    file.load()
    return file


def lookup(path: Path, *, locked: bool = False) -> DocumentLookup:
    return DocumentLookup(documents(), PersistedTexts(BOUND), load(path), locked=locked)


@pytest.mark.parametrize("identifier", ["name", hash_of(NAME), f"sha256:{hash_of(NAME)}"])
@pytest.mark.parametrize("locked", [False, True])
def test_a_trusted_document_is_found(path: Path, identifier: str, locked: bool) -> None:  # noqa: FBT001  # a case
    """A client names it by the manifest's id or by its SHA-256, as documentId or in Apollo's extension."""
    found = lookup(path, locked=locked)

    assert found.find(DocumentName(None, document_id=identifier)).hash == hash_of(NAME)
    assert found.find(DocumentName(None, sha256_hash=identifier)).hash == hash_of(NAME)
    assert found.find(DocumentName(NAME, document_id=identifier)).hash == hash_of(NAME)


@pytest.mark.parametrize("locked", [False, True])
def test_trusted_doc_bypass_by_a_query_beside_the_id(path: Path, locked: bool) -> None:  # noqa: FBT001  # a case
    """An id does not vouch for another text that is sent with it."""
    code, message = refusal(lookup(path, locked=locked), DocumentName(TWICE, document_id="name"))

    assert (code, message) == ("BAD_USER_INPUT", "The query is not the document of that id.")


@pytest.mark.parametrize(
    "name",
    [
        DocumentName(TWICE),
        DocumentName(NAME + " "),
        DocumentName(None, document_id="other"),
        DocumentName(None, document_id=f"sha256:{hash_of(TWICE)}"),
        DocumentName(None, sha256_hash=hash_of(TWICE)),
        DocumentName(TWICE, sha256_hash=hash_of(TWICE)),
        DocumentName(TWICE, document_id=f"sha256:{hash_of(TWICE)}"),
        DocumentName(WRONG),
        DocumentName("{"),
        DocumentName(""),
    ],
)
def test_trusted_doc_bypass_in_locked_mode(path: Path, name: DocumentName) -> None:
    """Nothing but the manifest's documents runs: no text, no other id, nothing that a client registers."""
    assert refusal(lookup(path, locked=True), name) == REQUIRED


def test_the_text_of_a_trusted_document_is_that_document(path: Path) -> None:
    """A client that sends the very text means the same as one that sends its id."""
    assert lookup(path, locked=True).find(DocumentName(NAME)).hash == hash_of(NAME)


def test_beside_trusted_documents_others_run(path: Path) -> None:
    """Unlocked, trusted documents are an offer: texts run, can be registered, and other ids are not found."""
    found = lookup(path)

    assert found.find(DocumentName(TWICE)).hash == hash_of(TWICE)
    assert refusal(found, DocumentName(None, document_id="other")) == NOT_FOUND
    assert refusal(found, DocumentName(None, sha256_hash=hash_of(TWICE))) == NOT_FOUND
    assert found.find(DocumentName(TWICE, sha256_hash=hash_of(TWICE))).hash == hash_of(TWICE)


def test_a_trusted_document_that_is_not_valid_says_why(path: Path) -> None:
    """A manifest may name what an older schema had: that document is refused with its errors, the others run."""
    write(path, {"old": WRONG, "name": NAME})
    with capture_logs() as lines:
        found = lookup(path)

    assert refusal(found, DocumentName(None, document_id="old"))[0] == "GRAPHQL_VALIDATION_FAILED"
    assert found.find(DocumentName(None, document_id="name")).hash == hash_of(NAME)
    assert [(line["event"], line["documents"]) for line in lines] == [
        ("trusted documents read", 2),
        ("trusted documents are not valid", ["old"]),
    ]


def test_others_do_not_push_out_trusted_documents(path: Path) -> None:
    """However many texts clients send, a trusted document costs no parsing."""
    found = lookup(path)
    trusted = found.find(DocumentName(None, document_id="name"))
    for number in range(500):
        text = f"{{ a{number}: name }}"
        found.find(DocumentName(text, sha256_hash=hash_of(text)))

    assert found.find(DocumentName(None, document_id="name")) is trusted


def test_a_manifest_beyond_its_bound_is_refused(path: Path) -> None:
    """Trusted documents are bounded in memory as all others are."""
    write(path, {str(number): f"{{ a{number}: name }}" for number in range(100)})
    file = TrustedFile(path, documents(), 50_000)

    with pytest.raises(BrokenManifest, match="more than 50000 bytes"):
        file.load()
    assert len(file.documents) == 0


async def test_what_trusted_documents_are_compiled_to_is_bounded_too(path: Path) -> None:
    """They hold no more memory than was said once all of them were run; what was forgotten runs as before."""
    texts = {str(number): f"{{ a{number}: name b: name c: name d: name }}" for number in range(100)}
    write(path, texts)
    file, executor = TrustedFile(path, documents(), 2_000_000), Executor(STRAWBERRY)
    file.load()
    found = [file.documents.named(name).read() for name in texts]
    before = sum(document.weight for document in found)
    for document in [*found, *found]:
        result = await executor.run(make_plan(document, None, {}, 5.0), None, {})
        assert (result.road, len(result.data)) == (Road.COMPILED, 4)
    after = sum(document.weight for document in found)

    assert before < 1_500_000 < after <= 2_000_000
    assert 0 < sum(bool(document.compiled) for document in found) < 100


async def test_a_changed_file_is_read_anew(path: Path) -> None:
    """A deployment of new documents needs no restart; what the new file lacks is gone."""
    file = load(path)
    write(path, {"twice": TWICE})
    await file.refresh()

    assert file.documents.named("twice") is not None
    assert file.documents.named("name") is None


async def test_an_unchanged_file_is_not_read_again(path: Path) -> None:
    """Looking at the file costs nothing while it stays as it is."""
    file = load(path)
    documents_before = file.documents
    await file.refresh()

    assert file.documents is documents_before


@pytest.mark.parametrize("content", ["", '{"name": 5}', '{"sha256:00": "{ name }"}', None])
async def test_a_broken_new_file_keeps_the_old(path: Path, content: str | None) -> None:
    """A mistake in a deployment is logged once and takes no document away; the next good file is taken."""
    file = load(path)
    spoil(path, content)
    with capture_logs() as lines:
        await file.refresh()
        await file.refresh()
    kept = file.documents.named("name")
    write(path, {"twice": TWICE})
    await file.refresh()

    assert kept is not None
    assert [line["event"] for line in lines] == ["trusted documents kept as they were"]
    assert file.documents.named("twice") is not None


async def test_the_file_is_watched_while_it_is_open(path: Path) -> None:
    """A change is noticed without anyone asking, until the gateway stops."""
    async with open_trusted_file(path, documents(), BOUND, seconds_between_looks=0.001) as file:
        write(path, {"twice": TWICE})
        async with asyncio.timeout(10):
            while file.documents.named("twice") is None:  # noqa: ASYNC110  # nothing else tells of it
                await asyncio.sleep(0.001)
    tasks = asyncio.all_tasks()

    assert tasks == {asyncio.current_task()}


@pytest.mark.parametrize(("content", "words"), [(None, "it cannot be read"), ("[]", "must be a JSON object")])
async def test_a_broken_file_at_start_is_refused(path: Path, content: str | None, words: str) -> None:
    """A gateway does not start without the documents that it was told to trust."""
    spoil(path, content)

    with pytest.raises(BrokenManifest, match=words):
        async with open_trusted_file(path, documents(), BOUND):
            pass


TEXTS = st.sampled_from([NAME, TWICE, WRONG, NAME + " ", ""])
IDS = st.sampled_from(
    ["name", "other", hash_of(NAME), hash_of(TWICE), f"sha256:{hash_of(NAME)}", f"sha256:{hash_of(TWICE)}"]
)


@given(
    sent=st.lists(st.tuples(st.none() | TEXTS, st.none() | IDS, st.none() | IDS).filter(any), min_size=1, max_size=6),
    locked=st.booleans(),
)
def test_trusted_doc_bypass_by_any_requests(manifest: TrustedFile, sent: list[tuple], locked: bool) -> None:  # noqa: FBT001  # a case
    """Whatever is sent before, what runs is the very text that was sent, if one was, and locked it is a trusted one."""
    found = DocumentLookup(documents(), PersistedTexts(BOUND), manifest, locked=locked)
    for query, document_id, sha256_hash in sent:
        try:
            ran = found.find(DocumentName(query, document_id, sha256_hash)).hash
        except RequestRefused:
            continue

        assert query is None or ran == hash_of(query)
        assert not locked or ran == hash_of(NAME)
        assert "name" not in {document_id, sha256_hash} or ran == hash_of(NAME)
