import asyncio

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.http.options import HttpOptions
from gateway.http.routes import middleware
from gateway.model.caller import ANYBODY
from tests.http.front_door import Journal, Serve
from tests.http.serving import serving
from tests.logged import capture_logs


async def test_each_request_is_one_line(serve: Serve) -> None:
    """An operator sees what was asked for, how it ended and how long it took; not what was in it."""
    with capture_logs() as lines:
        async with serve() as client:
            answer = await client.get("/graphql", params={"query": "{echo}"}, headers={"authorization": "hunter2"})

    assert len(lines) == 1
    assert lines[0].pop("ms") >= 0
    assert lines == [
        {
            "event": "request",
            "log_level": "info",
            "method": "GET",
            "path": "/graphql",
            "status": 200,
            "request_id": answer.headers["x-request-id"],
        }
    ]


async def test_a_request_id_is_ours_and_new(serve: Serve, journal: Journal) -> None:
    """No client chooses its id, no two requests share one, and resolvers may use it."""
    async with serve() as client:
        answers = [
            await client.post("/graphql", json={"query": "{echo}"}, headers={"x-request-id": "mine"}) for _ in range(3)
        ]

    ids = [answer.headers["x-request-id"] for answer in answers]
    assert "mine" not in ids
    assert len(set(ids)) == 3
    assert [caller.request_id for caller in journal.callers] == ids


async def test_a_path_cannot_forge_a_log_line(serve: Serve) -> None:
    """A line break in an address stays percent-encoded in the log."""
    with capture_logs() as lines:
        async with serve() as client:
            await client.get("/nowhere%0Aevent=request")

    assert [(line["path"], line["status"]) for line in lines] == [("/nowhere%0Aevent=request", 404)]


async def test_log_injection_by_what_a_request_holds(serve: Serve) -> None:
    """Neither an operation's name nor a header reaches the log, with or without a line break in it."""
    forged = "Query\n2026-01-01 [info] request path=/forged"
    with capture_logs() as lines:
        async with serve() as client:
            for body in ({"query": "{echo}", "operationName": forged}, {"documentId": forged}, {"query": forged}):
                await client.post("/graphql", json=body, headers={"authorization": "hunter2", "user-agent": "forged"})

    assert [line["event"] for line in lines] == ["request"] * 3
    assert not [line for line in lines if "forged" in str(line) or "hunter2" in str(line)]


async def test_a_door_that_breaks_is_masked_and_logged() -> None:
    """Where another door of the same server fails, the log has the cause under the id that the answer carries."""

    async def broken(_request: Request) -> Response:
        raise RuntimeError("password=hunter2")

    app = Starlette(routes=[Route("/broken", broken)], middleware=middleware(HttpOptions()))
    with capture_logs() as lines:
        async with serving(app) as client:
            answer = await client.get("/broken")

    assert answer.status_code == 500
    assert answer.json() == {
        "errors": [{"message": "Internal server error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]
    }
    assert [(line["event"], line["request_id"]) for line in lines] == [
        ("request failed", answer.headers["x-request-id"]),
        ("request", answer.headers["x-request-id"]),
    ]
    assert str(lines[0]["exc_info"]) == "password=hunter2"
    assert (lines[1]["path"], lines[1]["status"]) == ("/broken", 500)


async def test_a_context_knows_who_asks(serve: Serve, journal: Journal) -> None:
    """The peer's address and the Authorization header reach whoever opens the request's context, and it is closed."""
    async with serve() as client:
        await client.post("/graphql", json={"query": "{echo}"}, headers={"authorization": "Bearer x"})

    assert [(info.address, info.caller) for info in journal.callers] == [("127.0.0.1", ANYBODY)]
    assert journal.open_contexts == 0


async def test_requests_at_the_same_time_keep_their_ids_apart(serve: Serve, journal: Journal) -> None:
    """Each of many simultaneous requests is logged under the id that its answer carries."""
    with capture_logs() as lines:
        async with serve() as client:
            answers = await asyncio.gather(*(client.post("/graphql", json={"query": "{echo}"}) for _ in range(20)))

    assert sorted(line["request_id"] for line in lines) == sorted(answer.headers["x-request-id"] for answer in answers)
    assert len(journal.callers) == 20
