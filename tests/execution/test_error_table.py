from collections.abc import Iterator

import pytest
import strawberry
from graphql import GraphQLError

from gateway.execution.document import DocumentOptions, Documents
from gateway.execution.plan import make_plan
from gateway.execution.result import CODES, ErrorCode, Result
from gateway.execution.run import Executor
from gateway.model import errors as model
from gateway.observability.event_log import REQUEST_ID
from tests.logged import capture_logs


def every_kind(kind: type[model.GatewayError] = model.GatewayError) -> Iterator[type[model.GatewayError]]:
    for child in kind.__subclasses__():
        yield child
        yield from every_kind(child)


def raised(kind: type[model.GatewayError]) -> model.GatewayError:
    if issubclass(kind, model.InvalidInput):
        return kind("The words.", "first")
    if issubclass(kind, model.UpstreamError):
        return kind("The words.", "hq")
    return kind("The words.")


@strawberry.input
class Change:
    name: strawberry.Maybe[str]


@strawberry.type
class Item:
    @strawberry.field
    async def name(self, info: strawberry.Info) -> str | None:
        raise info.context


@strawberry.type
class Query:
    @strawberry.field
    async def fails(self, info: strawberry.Info) -> str | None:
        raise info.context

    @strawberry.field
    async def items(self) -> list[Item]:
        return [Item(), Item(), Item()]

    @strawberry.field
    def number(self) -> int | None:
        return "not a number"  # type: ignore[return-value]

    @strawberry.field
    def needed(self) -> str:
        return None  # type: ignore[return-value]

    @strawberry.field
    def change(self, change: Change) -> str | None:
        return str(change)

    @strawberry.field
    def times(self, n: int = 3) -> int | None:
        return n


SCHEMA = strawberry.Schema(Query)


async def result(text: str, error: Exception | None = None, variables: dict | None = None) -> Result:
    core = SCHEMA._schema
    plan = make_plan(Documents(core, DocumentOptions()).read(text), None, variables or {}, 5)
    return await Executor(SCHEMA).run(plan, error, {})


def test_every_gateway_error_has_a_code() -> None:
    """Whatever the gateway knows to go wrong has a code; there is no hole in the table, and nothing stale in it."""
    assert set(CODES) == set(every_kind())


@pytest.mark.parametrize(
    ("kind", "extensions"),
    [
        (model.InvalidInput, {"code": "BAD_USER_INPUT", "argument": "first"}),
        (model.CursorExpired, {"code": "CURSOR_EXPIRED"}),
        (model.ScanLimit, {"code": "SCAN_LIMIT"}),
        (model.NotFound, {"code": "BAD_USER_INPUT"}),
        (model.Conflict, {"code": "BAD_USER_INPUT"}),
        (model.PreconditionFailed, {"code": "BAD_USER_INPUT"}),
        (model.Forbidden, {"code": "FORBIDDEN"}),
        (model.LimitExceeded, {"code": "LIMIT_EXCEEDED"}),
        (model.Rejected, {"code": "BAD_USER_INPUT"}),
        (model.Unsupported, {"code": "BAD_USER_INPUT"}),
        (model.UpstreamUnavailable, {"code": "UPSTREAM_UNAVAILABLE", "source": "hq"}),
        (model.UpstreamThrottled, {"code": "UPSTREAM_THROTTLED", "source": "hq"}),
        (model.UpstreamTimeout, {"code": "UPSTREAM_TIMEOUT", "source": "hq"}),
    ],
)
async def test_a_gateway_error_keeps_its_words(kind: type[model.GatewayError], extensions: dict) -> None:
    """The caller reads what the gateway says, under a stable code, and the log stays quiet."""
    with capture_logs() as lines:
        answer = await result("{ fails }", raised(kind))

    assert answer.data == {"fails": None}
    assert answer.errors == (
        {
            "message": "The words.",
            "locations": [{"line": 1, "column": 3}],
            "path": ["fails"],
            "extensions": extensions,
        },
    )
    assert lines == []


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("password=hunter2"),
        KeyError("password=hunter2"),
        model.GatewayError("password=hunter2"),
        GraphQLError("password=hunter2", extensions={"code": "password=hunter2"}),
        GraphQLError("password=hunter2", original_error=OSError("password=hunter2")),
    ],
)
async def test_an_unknown_error_is_masked(error: Exception) -> None:
    """What nobody wrote for the caller does not reach the caller; the log has the original."""
    with capture_logs() as lines:
        answer = await result("{ fails }", error)

    assert "hunter2" not in str(answer)
    assert answer.errors == (
        {
            "message": "Internal server error",
            "locations": [{"line": 1, "column": 3}],
            "path": ["fails"],
            "extensions": {"code": ErrorCode.INTERNAL_SERVER_ERROR},
        },
    )
    assert [line["event"] for line in lines] == ["field failed"]
    assert "hunter2" in str(lines[0]["exc_info"])


async def test_an_unknown_error_is_logged_once() -> None:
    """One failure that shows at many fields of a page is one line."""
    with capture_logs() as lines:
        answer = await result("{ items { name } }", RuntimeError("broken"))

    assert answer.data == {"items": [{"name": None}, {"name": None}, {"name": None}]}
    assert [error["path"] for error in answer.errors] == [["items", number, "name"] for number in range(3)]
    assert len(lines) == 1


async def test_the_log_line_has_the_request_id() -> None:
    """The id in the answer's header finds the original in the log."""
    named = REQUEST_ID.set("abc")
    with capture_logs() as lines:
        await result("{ fails }", RuntimeError("broken"))
    REQUEST_ID.reset(named)

    assert [line["request_id"] for line in lines] == ["abc"]


@pytest.mark.parametrize("field", ["number", "needed"])
async def test_a_resolver_that_breaks_its_own_type_is_masked(field: str) -> None:
    """A bug of ours is not told as a mistake of the caller's."""
    with capture_logs() as lines:
        answer = await result(f"{{ {field} }}")

    assert [error["extensions"] for error in answer.errors] == [{"code": ErrorCode.INTERNAL_SERVER_ERROR}]
    assert len(lines) == 1


async def test_a_null_that_strawberry_refuses_is_the_callers() -> None:
    """A member that may be left out but not be null is bad input where it is null."""
    with capture_logs() as lines:
        answer = await result("query($c: Change!) { change(change: $c) }", variables={"c": {"name": None}})

    assert [error["extensions"] for error in answer.errors] == [{"code": "BAD_USER_INPUT"}]
    assert lines == []


@pytest.mark.parametrize(
    "text",
    ["query($n: Int = 4) { times(n: $n) }", "query($n: Boolean = true) { times @skip(if: $n) }"],
)
async def test_a_null_found_bad_only_while_running_is_the_callers(text: str) -> None:
    """A null in a variable that has a default passes validation and fails at its argument: bad input, not a bug."""
    with capture_logs() as lines:
        answer = await result(text, variables={"n": None})

    assert [error["extensions"] for error in answer.errors] == [{"code": "BAD_USER_INPUT", "argument": "$n"}]
    assert lines == []
