import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.http.front_door import Journal, Serve
from tests.logged import capture_logs

HALF_A_REQUEST = (
    b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"
)


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"])
async def test_other_methods_are_405(serve: Serve, journal: Journal, method: str) -> None:
    """GET and POST are served; the answer to any other says so."""
    async with serve() as client:
        answer = await client.request(method, "/graphql", params={"query": "{echo}"})

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
    assert journal.callers == []


async def test_a_405_has_a_graphql_body(serve: Serve) -> None:
    """A client that reads GraphQL answers reads this one too."""
    async with serve() as client:
        answer = await client.patch("/graphql")

    assert answer.json() == {
        "errors": [{"message": "GraphQL is served by GET and POST.", "extensions": {"code": "BAD_USER_INPUT"}}]
    }


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_a_mutation_by_get_is_405(serve: Serve, journal: Journal, accept: str) -> None:
    """A link cannot change anything."""
    async with serve() as client:
        answer = await client.get("/graphql", params={"query": "mutation{change}"}, headers={"accept": accept})

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert answer.headers["content-type"] == f"{accept}; charset=utf-8"
    assert answer.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
    assert journal.callers == []


async def test_a_query_beside_a_mutation_runs_by_get(serve: Serve, journal: Journal) -> None:
    """What counts is the operation chosen, not what else the document holds."""
    async with serve() as client:
        parameters = {"query": "query A{echo} mutation B{change}", "operationName": "A"}
        answer = await client.get("/graphql", params=parameters)

    assert (answer.status_code, answer.json()) == (200, {"data": {"echo": "hello"}})
    assert journal.resolved == ["echo"]


@pytest.mark.parametrize("known_length", [True, False])
async def test_a_body_beyond_the_limit_is_413(serve: Serve, journal: Journal, known_length: bool) -> None:  # noqa: FBT001  # a case
    """A body may be as large as the limit and no larger, whether it tells its length or comes in pieces."""

    async def pieces(body: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(body), 50):
            yield body[start : start + 50]

    fitting = b'{"query":"{echo}"}'.ljust(200)
    async with serve(max_body_bytes=200) as client:
        answers = [
            await client.post(
                "/graphql",
                content=body if known_length else pieces(body),
                headers={"content-type": "application/json"},
            )
            for body in (fitting, fitting + b" ")
        ]

    assert [answer.status_code for answer in answers] == [200, 413]
    assert answers[1].json() == {
        "errors": [
            {
                "message": "The body is larger than 200 bytes.",
                "extensions": {"code": "LIMIT_EXCEEDED", "limit": "maximum_body"},
            }
        ]
    }
    assert journal.resolved == ["echo"]


async def test_a_body_that_tells_its_length_is_refused_before_it_comes(serve: Serve) -> None:
    """Nobody has to send a gigabyte to learn that it is too much."""
    async with serve(max_body_bytes=49) as client:
        reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        writer.write(HALF_A_REQUEST)
        answer = await reader.read()
        writer.close()

    assert answer.startswith(b"HTTP/1.1 413 ")


async def test_a_body_that_does_not_arrive_is_408(serve: Serve, journal: Journal) -> None:
    """A client that stops in the middle does not hold a connection without end."""
    async with serve(deadline_seconds=0.1) as client:
        reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        writer.write(HALF_A_REQUEST)
        answer = await reader.read()
        writer.close()

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"DEADLINE_EXCEEDED"' in answer
    assert journal.callers == []


async def test_a_client_that_leaves_in_the_middle_is_let_go(serve: Serve, journal: Journal) -> None:
    """Half a request does nothing, and the server answers the next."""
    with capture_logs() as lines:
        async with serve() as client:
            _, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
            writer.write(HALF_A_REQUEST)
            await writer.drain()
            writer.close()
            answer = await client.post("/graphql", json={"query": "{echo}"})

    assert answer.json() == {"data": {"echo": "hello"}}
    assert {line["status"] for line in lines} == {None, 200}
    assert journal.resolved == ["echo"]


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_an_operation_beyond_its_deadline_is_stopped(serve: Serve, journal: Journal, accept: str) -> None:
    """A caller is told that time is up, and what was opened for the request is closed."""
    async with serve(deadline_seconds=0.1) as client:
        answer = await client.post("/graphql", json={"query": "{slow}"}, headers={"accept": accept})

    assert answer.status_code == 200
    assert answer.json()["data"] is None
    assert [error["extensions"] for error in answer.json()["errors"]] == [{"code": "DEADLINE_EXCEEDED"}]
    assert journal.open_contexts == 0


@pytest.mark.parametrize("max_batch", [0, 10])
async def test_variables_beyond_the_limit_are_refused(serve: Serve, journal: Journal, max_batch: int) -> None:
    """What a request brings beside its document is bounded too, alone or in a batch."""
    operation = {"query": "query($t: String!) { echo(text: $t) }", "variables": {"t": "x" * 200}}
    async with serve(max_variables_bytes=100, max_batch=max_batch) as client:
        answer = await client.post("/graphql", json=[operation] if max_batch else operation)

    result = answer.json()[0] if max_batch else answer.json()
    assert list(result) == ["errors"]
    assert result["errors"][0]["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": "maximum_variables"}
    assert journal.callers == []


async def test_a_hundred_refused_requests_leave_the_server_well(serve: Serve) -> None:
    """Nothing that is refused takes anything with it."""
    async with serve() as client:
        refused = [await client.post("/graphql", json={"query": "{" * number}) for number in range(100)]
        answer = await client.post("/graphql", json={"query": "{echo}"})

    assert {answer.json()["errors"][0]["extensions"]["code"] for answer in refused} == {"GRAPHQL_PARSE_FAILED"}
    assert answer.json() == {"data": {"echo": "hello"}}
