from collections.abc import Iterator
from contextlib import contextmanager

from starlette.applications import Starlette

from gateway.http.caller import CallerInfo
from gateway.http.options import HttpOptions
from gateway.http.routes import middleware, routes
from tests.http.front_door import SCHEMA, Serve, serving
from tests.logged import capture_logs


async def test_a_broken_resolver_tells_nothing(serve: Serve) -> None:
    """The answer holds no internals; its request id finds them in the log."""
    with capture_logs() as lines:
        async with serve() as client:
            answer = await client.post("/graphql", json={"query": "{broken}"})

    assert "hunter2" not in answer.text
    assert answer.json() == {
        "data": {"broken": None},
        "errors": [
            {
                "message": "Internal server error",
                "locations": [{"line": 1, "column": 2}],
                "path": ["broken"],
                "extensions": {"code": "INTERNAL_SERVER_ERROR"},
            }
        ],
    }
    failures = [line for line in lines if line["event"] == "field failed"]
    assert [line["request_id"] for line in failures] == [answer.headers["x-request-id"]]
    assert "hunter2" in str(failures[0]["exc_info"])


async def test_a_failure_outside_of_any_field_tells_nothing() -> None:
    """Where the request's context cannot be opened the answer is a masked 500 with a GraphQL body."""

    @contextmanager
    def make_context(_caller: CallerInfo) -> Iterator[object]:
        raise RuntimeError("password=hunter2")
        yield

    async def ready() -> None:
        raise RuntimeError("password=hunter2")

    options = HttpOptions()
    app = Starlette(routes=routes(SCHEMA, make_context, ready, [], options), middleware=middleware(options))
    with capture_logs() as lines:
        async with serving(app) as client:
            answer = await client.post("/graphql", json={"query": "{echo}"})
            probe = await client.get("/ready")

    assert answer.status_code == 500
    assert answer.json() == {
        "errors": [{"message": "Internal server error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]
    }
    assert [line["request_id"] for line in lines if line["event"] == "request failed"] == [
        answer.headers["x-request-id"]
    ]
    assert probe.status_code == 503
    assert probe.json() == {"status": "not ready", "reason": "the readiness check failed"}
