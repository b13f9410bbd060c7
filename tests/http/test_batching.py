import httpx
import pytest

from gateway.http.accept import MediaType
from tests.http.front_door import Journal, Serve

ECHO = {"query": "query($t: String!) { echo(text: $t) }"}


async def post(client: httpx.AsyncClient, body: object, **headers: str) -> httpx.Response:
    return await client.post("/graphql", json=body, headers=headers)


async def test_array_batching_is_off_by_default(serve: Serve, journal: Journal) -> None:
    """Nobody multiplies the work of a request by ten unless an operator allows it."""
    async with serve() as client:
        answers = [await post(client, [{"query": "{ echo }"}] * number) for number in (1, 10)]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json() == {
        "errors": [
            {
                "message": "A request has one operation, not a list.",
                "extensions": {"code": "LIMIT_EXCEEDED", "limit": "maximum_batch"},
            }
        ]
    }
    assert journal.callers == []


async def test_array_batching_beyond_its_cap_runs_nothing(serve: Serve, journal: Journal) -> None:
    """One operation too many, and none of them runs."""
    async with serve(max_batch=10) as client:
        answer = await post(client, [{"query": "{ echo }"}] * 11)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"] == "A request has at most 10 operations."
    assert answer.json()["errors"][0]["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": "maximum_batch"}
    assert journal.callers == []


@pytest.mark.parametrize("media_type", list(MediaType))
async def test_each_operation_gets_its_own_result_in_order(
    serve: Serve, journal: Journal, media_type: MediaType
) -> None:
    """What is wrong with one is told in its place; the others run, each in a context of its own."""
    batch = [
        ECHO | {"variables": {"t": "first"}},
        {"query": "{ nothing }"},
        {"query": 5},
        {"query": "{ echo broken }"},
        ECHO | {"variables": {"t": 1}},
        {"query": "mutation { change }"},
        ECHO | {"variables": {"t": "last"}},
    ]
    async with serve(max_batch=10) as client:
        answer = await post(client, batch, accept=media_type)

    results = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{media_type}; charset=utf-8")
    assert [result.get("data") for result in results] == [
        {"echo": "first"},
        None,
        None,
        {"echo": "hello", "broken": None},
        None,
        {"change": "changed"},
        {"echo": "last"},
    ]
    assert [[error["extensions"]["code"] for error in result.get("errors", [])] for result in results] == [
        [],
        ["GRAPHQL_VALIDATION_FAILED"],
        ["BAD_USER_INPUT"],
        ["INTERNAL_SERVER_ERROR"],
        ["BAD_USER_INPUT"],
        [],
        [],
    ]
    assert len(journal.callers) == 4
    assert journal.open_contexts == 0


async def test_operations_of_a_batch_run_side_by_side(serve: Serve, journal: Journal) -> None:
    """Ten operations take as long as one: all of them meet the same deadline."""
    async with serve(max_batch=10, deadline_seconds=0.1) as client:
        answer = await post(client, [{"query": "{ slow }"}] * 10)

    assert [result["errors"][0]["extensions"]["code"] for result in answer.json()] == ["DEADLINE_EXCEEDED"] * 10
    assert journal.most_contexts == 10
    assert journal.open_contexts == 0


@pytest.mark.parametrize("body", [[], [[]], ["{ echo }"], [{"query": "{ echo }"}, None], [5]])
async def test_what_is_no_batch_runs_nothing(serve: Serve, journal: Journal, body: object) -> None:
    """A list of anything but requests is refused as a whole."""
    async with serve(max_batch=10) as client:
        answer = await post(client, body)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
    assert journal.callers == []


async def test_a_batch_is_one_request_for_the_bodys_limit(serve: Serve, journal: Journal) -> None:
    """Ten operations share the bytes that one may have."""
    async with serve(max_batch=10, max_body_bytes=200) as client:
        answer = await post(client, [ECHO | {"variables": {"t": "x"}}] * 10)

    assert answer.status_code == 413
    assert journal.callers == []


async def test_an_operation_of_a_batch_may_be_named_by_its_hash(serve: Serve, journal: Journal) -> None:
    """Persisted documents work in batches as they do alone."""
    async with serve(max_batch=2) as client:
        answer = await post(client, [{"documentId": "unknown"}, {"query": "{ echo }"}])

    assert [result.get("data") for result in answer.json()] == [None, {"echo": "hello"}]
    assert answer.json()[0]["errors"][0]["extensions"] == {"code": "PERSISTED_QUERY_NOT_FOUND"}
    assert journal.resolved == ["echo"]
