"""Documents by their hash or id, over HTTP: as clients send them, by GET and by POST."""

import json
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from gateway.execution.document import DocumentOptions, Documents
from gateway.execution.trusted_file import TrustedFile
from gateway.http.accept import MediaType
from tests.http.front_door import SCHEMA, Journal, Serve

ECHO, CHANGE = 'query Echo($text: String! = "hello") { echo(text: $text) }', "mutation { change }"
NOT_FOUND = {"errors": [{"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}]}


def persisted(text: str, version: object = 1) -> dict:
    return {"persistedQuery": {"version": version, "sha256Hash": sha256(text.encode()).hexdigest()}}


async def send(client: httpx.AsyncClient, method: str, **parameters: object) -> httpx.Response:
    if method == "POST":
        return await client.post("/graphql", json=parameters)
    fields = {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}
    return await client.get("/graphql", params=fields)


@pytest.fixture
def trusted(tmp_path: Path) -> TrustedFile:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"echo": ECHO, "change": CHANGE}))
    file = TrustedFile(path, Documents(SCHEMA._schema, DocumentOptions()), 1_000_000)
    file.load()
    return file


@pytest.mark.parametrize("again", ["GET", "POST"])
@pytest.mark.parametrize("first", ["GET", "POST"])
async def test_a_client_registers_its_document_once(serve: Serve, journal: Journal, first: str, again: str) -> None:
    """Apollo's clients ask by hash, are told that it is not known, send the text, and from then on the hash alone."""
    async with serve() as client:
        miss = await send(client, first, extensions=persisted(ECHO))
        registered = await send(client, first, query=ECHO, extensions=persisted(ECHO))
        hit = await send(client, again, extensions=persisted(ECHO), variables={"text": "again"})

    assert (miss.status_code, miss.json()) == (200, NOT_FOUND)
    assert miss.headers["cache-control"] == "no-store"
    assert (registered.status_code, registered.json()) == (200, {"data": {"echo": "hello"}})
    assert (hit.status_code, hit.json()) == (200, {"data": {"echo": "again"}})
    assert journal.resolved == ["echo", "echo"]


async def test_a_miss_in_the_newer_type_is_a_client_error(serve: Serve) -> None:
    """A client that asks for the newer type reads the same body under a status of its own."""
    async with serve() as client:
        answer = await client.post(
            "/graphql", json={"extensions": persisted(ECHO)}, headers={"accept": MediaType.GRAPHQL_RESPONSE}
        )

    assert (answer.status_code, answer.json()) == (400, NOT_FOUND)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_apq_poisoning(serve: Serve, journal: Journal, method: str) -> None:
    """A text under the hash of another is refused, runs nothing, and is not there afterwards."""
    async with serve() as client:
        poisoned = await send(client, method, query="{ echo }", extensions=persisted(ECHO))
        after = await send(client, method, extensions=persisted(ECHO))

    assert poisoned.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": "extensions"}
    assert after.json() == NOT_FOUND
    assert journal.callers == []


async def test_a_registered_mutation_is_refused_by_get(serve: Serve, journal: Journal) -> None:
    """A hash in a link changes no more than a text in a link."""
    async with serve() as client:
        await send(client, "POST", query=CHANGE, extensions=persisted(CHANGE))
        answer = await send(client, "GET", extensions=persisted(CHANGE))

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert journal.resolved == ["change"]


async def test_switched_off_registers_nothing(serve: Serve, journal: Journal) -> None:
    """A client is told to stop asking by hash; what it sends with a text runs all the same."""
    async with serve(persisted_bytes=0) as client:
        miss = await send(client, "POST", extensions=persisted(ECHO))
        sent = await send(client, "POST", query=ECHO, extensions=persisted(ECHO), variables={"text": "a"})
        again = await send(client, "POST", extensions=persisted(ECHO))

    not_supported = {
        "errors": [{"message": "PersistedQueryNotSupported", "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}}]
    }
    assert miss.json() == again.json() == not_supported
    assert sent.json() == {"data": {"echo": "a"}}
    assert journal.resolved == ["echo"]


@pytest.mark.parametrize(
    "persisted_query",
    [{}, [], "x", 5, {"version": 1}, persisted(ECHO, 2)["persistedQuery"], persisted(ECHO, "1")["persistedQuery"]]
    + [{"version": 1, "sha256Hash": value} for value in (None, 5, "", ["a"])],
)
async def test_a_malformed_hash_is_named(serve: Serve, journal: Journal, persisted_query: object) -> None:
    """A client that gets the extension wrong reads what it needs."""
    async with serve() as client:
        answer = await send(client, "POST", query="{ echo }", extensions={"persistedQuery": persisted_query})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": "extensions"}
    assert "persistedQuery" in answer.json()["errors"][0]["message"]
    assert journal.callers == []


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_trusted_document_runs_by_its_id(
    serve: Serve, journal: Journal, trusted: TrustedFile, method: str
) -> None:
    """GraphQL over HTTP, "Persisted Documents": `documentId` in place of `query`."""
    async with serve(trusted=trusted) as client:
        answer = await send(client, method, documentId="echo", variables={"text": "a"}, operationName="Echo")
        unknown = await send(client, method, documentId="other")

    assert (answer.status_code, answer.json()) == (200, {"data": {"echo": "a"}})
    assert unknown.json() == NOT_FOUND
    assert journal.resolved == ["echo"]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "parameters",
    [
        {"query": "{ echo }"},
        {"query": "{ echo }", "extensions": persisted("{ echo }")},
        {"extensions": persisted("{ echo }")},
        {"documentId": "other"},
        {"documentId": "sha256:" + sha256(b"{ echo }").hexdigest()},
    ],
)
async def test_trusted_doc_bypass(
    serve: Serve, journal: Journal, trusted: TrustedFile, method: str, parameters: dict
) -> None:
    """Locked, nothing but the manifest's documents reaches a resolver, however it is sent."""
    async with serve(trusted=trusted, trusted_only=True) as client:
        answer = await send(client, method, **parameters)
        allowed = await send(client, method, documentId="echo", variables={"text": "a"})

    assert answer.json()["errors"][0]["extensions"] == {"code": "TRUSTED_DOCUMENT_REQUIRED"}
    assert allowed.json() == {"data": {"echo": "a"}}
    assert journal.resolved == ["echo"]


@pytest.mark.parametrize("trusted_only", [False, True])
async def test_trusted_doc_bypass_by_a_query_beside_the_id(
    serve: Serve,
    journal: Journal,
    trusted: TrustedFile,
    trusted_only: bool,  # noqa: FBT001  # a case
) -> None:
    """What is sent beside an id must be that id's document, to the letter."""
    async with serve(trusted=trusted, trusted_only=trusted_only) as client:
        other = await send(client, "POST", documentId="echo", query="{ echo }")
        same = await send(client, "POST", documentId="echo", query=ECHO, variables={"text": "a"})

    assert other.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": "documentId"}
    assert same.json() == {"data": {"echo": "a"}}
    assert journal.resolved == ["echo"]


async def test_a_trusted_mutation_runs_by_post_only(serve: Serve, journal: Journal, trusted: TrustedFile) -> None:
    """Trust does not make a link safe."""
    async with serve(trusted=trusted) as client:
        by_get = await send(client, "GET", documentId="change")
        by_post = await send(client, "POST", documentId="change")

    assert (by_get.status_code, by_post.json()) == (405, {"data": {"change": "changed"}})
    assert journal.resolved == ["change"]
