"""GraphQL over HTTP as of 2026, "Status Codes"; the default's statuses are in test_content_negotiation."""

import json
from collections.abc import Mapping

import httpx
import pytest

from gateway.execution.result import ErrorCode
from gateway.http.accept import MediaType
from gateway.http.status import DRAFT, StatusProfile
from tests.http.front_door import Journal, Serve

GRAPHQL = f"{MediaType.GRAPHQL_RESPONSE}; charset=utf-8"
JSON = f"{MediaType.JSON}; charset=utf-8"


async def post(client: httpx.AsyncClient, body: object, media_type: MediaType) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": "application/json", "accept": media_type}
    return await client.post("/graphql", content=content, headers=headers)


@pytest.mark.parametrize("media_type", list(MediaType))
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"NONSENSE", 400),
        (b'{"query":', 400),
        ({"qeury": "{__typename}"}, 422),
        ({"query": "{ echo }", "variables": [7]}, 422),
        ([], 400),
        (5, 422),
        ({"query": "{"}, 400),
        ({"query": "{ nothing }"}, 422),
        ({"query": "query A{echo} query B{echo}"}, 422),
        ({"query": "query($t: String!) { echo(text: $t) }", "variables": {"t": 5}}, 422),
        ({"query": "{ " + "echo " * 100 + "}"}, 422),
        ({"documentId": "unknown"}, 404),
    ],
)
async def test_what_is_refused_says_so_in_its_status(
    serve: Serve, journal: Journal, body: object, status: int, media_type: MediaType
) -> None:
    """Whatever type the client asks for, the status is the same, and the body says that it is GraphQL's."""
    async with serve(status_profile=StatusProfile.DRAFT_2026) as client:
        answer = await post(client, body, media_type)

    assert answer.status_code == status
    assert answer.headers["content-type"] == GRAPHQL
    assert list(answer.json()) == ["errors"]
    assert journal.callers == []


@pytest.mark.parametrize(
    ("media_type", "content_type"), [(MediaType.GRAPHQL_RESPONSE, GRAPHQL), (MediaType.JSON, JSON)]
)
@pytest.mark.parametrize(("query", "status"), [("{ echo }", 200), ("{ echo down }", 294), ("{ slow }", 294)])
async def test_what_ran_is_2xx(serve: Serve, query: str, status: int, media_type: MediaType, content_type: str) -> None:
    """200 for success, 294 for what came with errors, in the type that the client asks for."""
    async with serve(status_profile=StatusProfile.DRAFT_2026, deadline_seconds=0.1) as client:
        answer = await post(client, {"query": query}, media_type)

    assert answer.status_code == status
    assert answer.headers["content-type"] == content_type
    assert "data" in answer.json()


async def test_http_keeps_its_own_statuses(serve: Serve, journal: Journal) -> None:
    """405, 406, 413 and 415 are the same in both profiles."""
    async with serve(status_profile=StatusProfile.DRAFT_2026, max_body_bytes=100) as client:
        answers = [
            await client.get("/graphql", params={"query": "mutation{change}"}),
            await client.patch("/graphql"),
            await client.post("/graphql", json={"query": "{echo}"}, headers={"accept": "text/html"}),
            await client.post("/graphql", json={"query": "{echo}".ljust(200)}),
            await client.post("/graphql", content="{echo}", headers={"content-type": "application/graphql"}),
        ]

    assert [answer.status_code for answer in answers] == [405, 405, 406, 413, 415]
    assert {answer.headers["content-type"] for answer in answers} == {GRAPHQL}
    assert journal.callers == []


async def test_a_batch_is_200(serve: Serve) -> None:
    """What came of each operation is in its own result (GraphQL over HTTP, "Request Batching")."""
    async with serve(status_profile=StatusProfile.DRAFT_2026, max_batch=2) as client:
        answer = await post(client, [{"query": "{ nothing }"}, {"query": "{ echo }"}], MediaType.GRAPHQL_RESPONSE)

    assert answer.status_code == 200


def test_the_table_of_statuses_is_complete() -> None:
    """Every code that a response without data can have is there with a status of its own."""
    table: Mapping[ErrorCode, int] = DRAFT

    assert set(table) == set(ErrorCode)
    assert all(400 <= status < 600 for status in table.values())
