import json
from hashlib import sha256

import pytest

from tests.http.front_door import Journal, Serve

ECHO = "{ echo }"
HASHED = json.dumps({"persistedQuery": {"version": 1, "sha256Hash": sha256(ECHO.encode()).hexdigest()}})


@pytest.mark.parametrize("query", [ECHO, "", "{", "mutation { change }"])
async def test_get_queries(serve: Serve, journal: Journal, query: str) -> None:
    """Hardened, a GET that a link or an image can send runs nothing, and says what it lacks."""
    async with serve(plain_get=False) as client:
        answer = await client.get("/graphql", params={"query": query})

    assert answer.status_code == 403
    assert answer.json()["errors"][0]["extensions"] == {"code": "FORBIDDEN"}
    assert "graphql-require-preflight" in answer.json()["errors"][0]["message"]
    assert journal.callers == []


async def test_get_queries_that_register_a_hash(serve: Serve, journal: Journal) -> None:
    """A hash beside a text does not make it a hashed document: a link could bring both."""
    async with serve(plain_get=False) as client:
        answer = await client.get("/graphql", params={"query": ECHO, "extensions": HASHED})
        after = await client.get("/graphql", params={"extensions": HASHED})

    assert answer.status_code == 403
    assert after.json()["errors"][0]["extensions"] == {"code": "PERSISTED_QUERY_NOT_FOUND"}
    assert journal.callers == []


@pytest.mark.parametrize("header", ["graphql-require-preflight", "Apollo-Require-Preflight", "X-Apollo-Operation-Name"])
async def test_a_get_with_a_preflight_header_runs(serve: Serve, journal: Journal, header: str) -> None:
    """What a foreign page cannot send without being asked about it is served."""
    async with serve(plain_get=False) as client:
        answer = await client.get("/graphql", params={"query": ECHO}, headers={header: "true"})
        empty = await client.get("/graphql", params={"query": ECHO}, headers={header: ""})

    assert (answer.status_code, answer.json()) == (200, {"data": {"echo": "hello"}})
    assert empty.status_code == 403
    assert journal.resolved == ["echo"]


async def test_a_get_of_a_hashed_document_runs(serve: Serve, journal: Journal) -> None:
    """What was registered by POST is read by GET, as clients do that let caches work."""
    async with serve(plain_get=False) as client:
        await client.post("/graphql", json={"query": ECHO, "extensions": json.loads(HASHED)})
        answer = await client.get("/graphql", params={"extensions": HASHED})

    assert (answer.status_code, answer.json()) == (200, {"data": {"echo": "hello"}})
    assert journal.resolved == ["echo", "echo"]


async def test_a_listed_page_may_send_the_header(serve: Serve) -> None:
    """The browser of a listed page is told that the header may be sent."""
    asking = {
        "origin": "https://app.example",
        "access-control-request-method": "GET",
        "access-control-request-headers": "apollo-require-preflight,graphql-require-preflight,x-api-key",
    }
    async with serve(plain_get=False, allowed_origins=("https://app.example",)) as client:
        answer = await client.options("/graphql", headers=asking)
        other = await client.options("/graphql", headers=asking | {"origin": "https://evil.example"})

    assert (answer.status_code, other.status_code) == (200, 400)
