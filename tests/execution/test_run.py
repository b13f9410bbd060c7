import asyncio
from hashlib import sha256

import pytest
import strawberry
from strawberry.extensions import SchemaExtension

from gateway.execution.compiled.reason import Reason
from gateway.execution.compiled.selection import MOST_FIELDS
from gateway.execution.document import DocumentOptions, Documents
from gateway.execution.plan import make_plan
from gateway.execution.result import ErrorCode, Result
from gateway.execution.road import Road
from gateway.execution.run import Executor
from gateway.limits.document import DocumentLimits
from tests.logged import capture_logs


@strawberry.type
class Query:
    @strawberry.field
    async def greeting(self, info: strawberry.Info, name: str = "you") -> str:
        return f"{info.context['word']} {name}"

    @strawberry.field
    def extensions(self, info: strawberry.Info) -> str:
        return str(info.input_extensions)

    @strawberry.field
    def variables(self, info: strawberry.Info, n: int = 0) -> str:
        return f"{info.variable_values} {n}"

    @strawberry.field
    async def slow(self, info: strawberry.Info) -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            info.context["stopped"] = True
            raise
        return ""

    @strawberry.field
    async def timed_out(self) -> str | None:
        raise TimeoutError


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def add(self, info: strawberry.Info, letter: str) -> str:
        await asyncio.sleep(0)
        info.context["word"] += letter
        return info.context["word"]


SCHEMA = strawberry.Schema(Query, Mutation)


async def result(
    text: str,
    context: object = None,
    variables: dict | None = None,
    extensions: dict | None = None,
    deadline: float = 5,
) -> Result:
    core = SCHEMA._schema
    plan = make_plan(Documents(core, DocumentOptions()).read(text), None, variables or {}, deadline)
    return await Executor(SCHEMA).run(plan, context, extensions or {})


async def test_resolvers_get_the_request_context() -> None:
    """What was opened for the request is what resolvers work with."""
    answer = await result("{ greeting }", {"word": "hello"})

    assert answer == Result({"greeting": "hello you"}, (), executed=True, road=Road.COMPILED)


async def test_resolvers_see_extensions_and_variables_as_strawberry_promises() -> None:
    """A Strawberry resolver's info holds plain values, as under Strawberry's own execution."""
    answer = await result("query($n: Int) { extensions variables(n: $n) }", None, {"n": 5}, {"a": 1})

    assert answer.data == {"extensions": "{'a': 1}", "variables": "{'n': 5} 5"}


async def test_fragments_and_directives_are_followed() -> None:
    """What is included by a variable is there, what is skipped is not."""
    text = (
        "query($yes: Boolean!) { ...F  skipped: greeting @skip(if: $yes) }"
        " fragment F on Query { greeting @include(if: $yes) }"
    )

    assert (await result(text, {"word": "hello"}, {"yes": True})).data == {"greeting": "hello you"}


async def test_mutations_run_one_after_another() -> None:
    """Each mutation of a request sees what the one before it did."""
    answer = await result('mutation { a: add(letter: "a") b: add(letter: "b") }', {"word": ""})

    assert answer.data == {"a": "a", "b": "ab"}


async def test_what_is_too_large_to_compile_is_counted_and_told_once() -> None:
    """It is answered all the same, by graphql-core; operators see how often, and once of which document."""
    reasons: list[Reason] = []
    executor = Executor(SCHEMA, uncompiled=reasons.append)
    text = "{ " + " ".join(f"a{number}: variables" for number in range(MOST_FIELDS + 1)) + " }"
    limits = DocumentLimits(tokens=10_000, aliases=10_000, fields=10_000, root_fields=10_000)
    document = Documents(SCHEMA._schema, DocumentOptions(limits=limits)).read(text)
    with capture_logs() as lines:
        for _ in range(2):
            answer = await executor.run(make_plan(document, None, {}, 5.0), None, {})
            assert (answer.road, len(answer.data), answer.errors) == (Road.GRAPHQL_CORE, MOST_FIELDS + 1, ())

    assert reasons == [Reason.TOO_LARGE, Reason.TOO_LARGE]
    assert [(line["event"], line["document"], line["reason"]) for line in lines] == [
        ("operation is not compiled", sha256(text.encode()).hexdigest(), "too_large")
    ]


async def test_a_request_ends_at_its_deadline() -> None:
    """A caller does not wait without end, and the work under way is stopped."""
    context: dict[str, object] = {}
    answer = await result("{ slow }", context, deadline=0.05)

    assert answer == Result(
        None,
        (
            {
                "message": "The request took longer than 0.05 seconds and was stopped.",
                "extensions": {"code": ErrorCode.DEADLINE_EXCEEDED},
            },
        ),
        executed=True,
        road=Road.COMPILED,
    )
    assert context == {"stopped": True}


async def test_a_resolver_that_times_out_is_not_the_deadline() -> None:
    """Only the request's own deadline is reported as one."""
    answer = await result("{ timedOut }")

    assert answer.data == {"timedOut": None}
    assert answer.errors[0]["extensions"] == {"code": ErrorCode.INTERNAL_SERVER_ERROR}


def test_a_schema_whose_extensions_would_not_run_is_refused() -> None:
    """Nobody believes in a limit that is never called."""
    schema = strawberry.Schema(Query, extensions=[SchemaExtension])

    with pytest.raises(ValueError, match="extensions"):
        Executor(schema)
