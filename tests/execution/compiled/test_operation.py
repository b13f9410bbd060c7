"""What compiled operations promise beyond equal answers: what is awaited, stopped, left to graphql-core, and held."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final

import pytest
import strawberry
from graphql import ExecutionResult, OperationDefinitionNode, get_variable_values, parse
from graphql.execution.collect_fields import FragmentDetails

from gateway.cache.batches import Batches
from gateway.execution.compiled.fiber import Fiber
from gateway.execution.compiled.operation import MOST_VARIANTS, CompiledOperation, execute
from gateway.execution.compiled.reason import NotCompiled, Reason
from gateway.execution.compiled.run import Request, Run
from gateway.execution.compiled.selection import MOST_FIELDS, Compiler
from gateway.loader import Loader
from tests.execution.compiled.roads import case_of, compiled

PLACE: Final = ContextVar("place", default="nowhere")


@strawberry.type
class Item:
    number: int

    @strawberry.field
    async def loaded(self, info: strawberry.Info) -> str:
        return await info.context["loader"].load(self.number)

    @strawberry.field
    async def placed(self) -> str:
        token = PLACE.set(str(self.number))
        await asyncio.sleep(0)
        found = PLACE.get()
        PLACE.reset(token)
        return found

    @strawberry.field
    def inner(self) -> "Item":
        return Item(number=self.number + 100)

    @strawberry.field
    def at(self) -> datetime:
        return datetime.strptime("2026-01-31", "%Y-%m-%d").replace(tzinfo=UTC)


async def later(values: list[Any]) -> list[Any]:
    await asyncio.sleep(0)
    return values


@strawberry.type
class Query:
    @strawberry.field
    def maybe(self) -> Item | None:
        return Item(number=0)

    @strawberry.field
    def items(self, count: int = 3) -> list[Item]:
        return [Item(number=number) for number in range(count)]

    @strawberry.field
    async def hangs(self, info: strawberry.Info) -> str:
        info.context["task"] = asyncio.current_task()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            info.context["stopped"] = info.context.get("stopped", 0) + 1
            raise
        return ""

    @strawberry.field
    async def fails(self) -> str:
        await asyncio.sleep(0)
        raise ValueError("it failed")

    @strawberry.field
    async def patient(self) -> str:
        try:
            async with asyncio.timeout(0.01):
                await asyncio.Event().wait()
        except TimeoutError:
            return "waited"
        return ""

    @strawberry.field
    async def cancelled(self) -> str | None:
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        future.cancel()
        return await future

    @strawberry.field
    def shared(self, info: strawberry.Info) -> str:
        info.context["calls"] += 1
        return ""


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def push(self, info: strawberry.Info, number: int) -> int:
        info.context["begun"].append(number)
        await asyncio.sleep(0)
        if number < 0:
            raise ValueError("below nothing")
        return number


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self) -> AsyncIterator[Item]:
        yield Item(number=0)


SCHEMA: Final = strawberry.Schema(Query, Mutation, Subscription)


def operation_of(text: str, **bounds: float) -> tuple[CompiledOperation, OperationDefinitionNode]:
    document = parse(text)
    [operation] = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    others = [one for one in document.definitions if one is not operation]
    fragments = {one.name.value: FragmentDetails(one, None) for one in others}
    return CompiledOperation(Compiler(SCHEMA, **bounds), operation, fragments), operation


def variables_of(operation: OperationDefinitionNode, **given: object) -> Any:  # noqa: ANN401 - of graphql-core
    return get_variable_values(SCHEMA._schema, operation.variable_definitions or (), given)


async def answer(text: str, context: object = None, root: object = None, **given: object) -> ExecutionResult:
    compiled_operation, operation = operation_of(text)
    variables = variables_of(operation, **given)
    steps = compiled_operation.prepare(variables)
    return await execute(steps, Request(SCHEMA._schema, operation, {}, variables, root, context, {}, False))


async def test_what_siblings_load_is_one_batch() -> None:
    """A page of devices asks for their tags at once."""
    batches = []

    async def load(keys: list[int]) -> list[str]:
        batches.append(keys)
        return [str(key) for key in keys]

    result = await answer("{ items { loaded inner { loaded } } }", {"loader": Loader(Batches(load).load)})

    assert result.errors is None
    assert [item["inner"]["loaded"] for item in result.data["items"]] == ["100", "101", "102"]
    assert batches == [[0, 100, 1, 101, 2, 102]]


async def test_resolvers_under_way_do_not_see_each_others_context() -> None:
    """A span or a log's context that one resolver opens is not another's."""
    result = await answer("{ items { placed } }")

    assert result.data == {"items": [{"placed": "0"}, {"placed": "1"}, {"placed": "2"}]}
    assert PLACE.get() == "nowhere"


async def test_a_resolver_may_set_itself_a_time_limit() -> None:
    """asyncio.timeout stops the resolver that it is in, and nothing else."""
    assert (await answer("{ patient items { number } }")).data == {
        "patient": "waited",
        "items": [{"number": 0}, {"number": 1}, {"number": 2}],
    }


async def test_where_the_answer_is_lost_nothing_goes_on() -> None:
    """What is awaited beside a failure that takes the answer with it is stopped, and its end waited for."""
    context: dict[str, Any] = {}
    result = await answer("{ a: hangs b: hangs fails }", context)

    assert (result.data, [error.message for error in result.errors or ()]) == (None, ["it failed"])
    assert context["stopped"] == 2
    assert context["task"].done()


async def test_a_cancelled_execution_stops_what_is_under_way() -> None:
    """A deadline leaves nothing behind."""
    context: dict[str, Any] = {}
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await answer("{ a: hangs b: hangs }", context)

    assert context["stopped"] == 2
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_cancelled_future_is_an_error_of_its_field() -> None:
    """Somebody else's cancellation does not end the request."""
    result = await answer("{ cancelled items(count: 1) { number } }")

    assert result.data == {"cancelled": None, "items": [{"number": 0}]}
    assert [error.path for error in result.errors or ()] == [["cancelled"]]


async def test_a_mutation_that_loses_the_answer_is_the_last() -> None:
    """Mutations run one after another, and none after the one that failed for all."""
    context: dict[str, Any] = {"begun": []}
    result = await answer("mutation { a: push(number: 1) b: push(number: -1) c: push(number: 2) }", context)

    assert result.data is None
    assert context["begun"] == [1, -1]


async def test_what_many_fields_wait_for_is_told_once() -> None:
    """A value that is loaded already, or by one for many, is in all its places."""
    loaders = {"loader": Loader(Batches(lambda keys: later([str(key) for key in keys])).load)}
    first = await answer("{ a: items { loaded } b: items { loaded again: loaded } }", loaders)
    again = await answer("{ items { loaded } }", loaders)

    assert first.data == {
        "a": [{"loaded": str(number)} for number in range(3)],
        "b": [{"loaded": str(number), "again": str(number)} for number in range(3)],
    }
    assert again.data == {"items": first.data["a"]}


async def test_a_failure_that_many_fields_wait_for_is_told_at_each() -> None:
    """Each place has its own error, with its own path."""
    failing = {"loader": Loader(Batches(lambda keys: later([ValueError(f"no {key}") for key in keys])).load)}
    result = await answer("{ a: maybe { number loaded } b: maybe { loaded } items(count: 1) { number } }", failing)

    assert result.data == {"a": None, "b": None, "items": [{"number": 0}]}
    assert [(error.message, error.path) for error in result.errors or ()] == [
        ("no 0", ["a", "loaded"]),
        ("no 0", ["b", "loaded"]),
    ]


def held() -> int:
    return sum(isinstance(one, Run | Fiber) for one in gc.get_objects())


async def test_an_execution_leaves_nothing_for_the_garbage_collector() -> None:
    """Memory is given back at once: no answer is held by a circle of references until somebody looks."""
    text = "{ items { number loaded placed inner { loaded at } } patient }"
    await answer(text, {"loader": Loader(Batches(lambda keys: later([str(key) for key in keys])).load)})
    compiled_operation, operation = operation_of(text)
    variables = variables_of(operation)
    steps = compiled_operation.prepare(variables)
    gc.collect()
    gc.disable()
    before = held()
    try:
        context = {"loader": Loader(Batches(lambda keys: later([str(key) for key in keys])).load)}
        request = Request(SCHEMA._schema, operation, {}, variables, None, context, {}, False)
        assert (await execute(steps, request)).errors is None
        del context, request
        after = held()
    finally:
        gc.enable()

    assert after == before


async def test_one_event_of_a_subscription_is_executed() -> None:
    """Its root value is what the stream told."""
    result = await answer("subscription { ticks { number inner { number } } }", root=Item(number=7))

    assert result.data == {"ticks": {"number": 7, "inner": {"number": 107}}}


async def test_what_python_imports_on_the_way_is_found() -> None:
    """datetime.strptime imports when it is called: compiled functions have the builtins of any other."""
    assert (await answer("{ items(count: 1) { at } }")).data == {"items": [{"at": "2026-01-31T00:00:00+00:00"}]}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{ __schema { queryType { name } } }", Reason.INTROSPECTION),
        ("query ($n: Boolean = true) { shared @skip(if: $n) }", Reason.UNDECIDED),
        ("{ items { ... @defer { number } } }", Reason.INCREMENTAL),
        ("query @experimental_disableErrorPropagation { shared }", Reason.ERROR_PROPAGATION),
        ("{ " + " ".join(f"a{number}: shared" for number in range(MOST_FIELDS + 1)) + " }", Reason.TOO_LARGE),
    ],
)
def test_what_is_not_compiled_is_known_before_anything_runs(text: str, reason: Reason) -> None:
    """Each operation that is left to graphql-core is so for a reason."""
    compiled_operation, operation = operation_of(text)
    with pytest.raises(NotCompiled) as refused:
        compiled_operation.prepare(variables_of(operation, n=None))

    assert refused.value.reason is reason


def test_what_is_slow_to_compile_is_left_alone() -> None:
    """The time for all ways of an operation is bounded; what took too long once is not tried again."""
    text = "query ($one: Boolean!) { items { inner { number } } shared @skip(if: $one) }"
    compiled_operation, operation = operation_of(text, most_seconds=0.0)
    weight = compiled_operation.weight
    for one in (True, True, False):
        with pytest.raises(NotCompiled) as refused:
            compiled_operation.prepare(variables_of(operation, one=one))
        assert refused.value.reason is Reason.TOO_SLOW

    assert compiled_operation.weight == weight


def test_conditions_are_kept_for_some_ways_and_not_for_all() -> None:
    """Who varies @skip and @include without end fills no memory."""
    names = [f"v{number}" for number in range(5)]
    declared, fields = (
        ", ".join(f"${name}: Boolean!" for name in names),
        " ".join(f"{name}: shared @skip(if: ${name})" for name in names),
    )
    compiled_operation, operation = operation_of(f"query ({declared}) {{ {fields} }}")
    refused = 0
    for way in range(2**5):
        given = {name: bool(way >> number & 1) for number, name in enumerate(names)}
        try:
            compiled_operation.prepare(variables_of(operation, **given))
        except NotCompiled as error:
            refused += error.reason is Reason.CONDITIONS

    assert refused == 2**5 - MOST_VARIANTS


def test_what_a_caller_wrote_is_never_source() -> None:
    """Keys, names and values are looked up: a document's words are in no compiled function."""
    compiled_operation, operation = operation_of("query Evil($evil: Int = 3) { os: items(count: $evil) { number } }")
    [select] = compiled_operation.prepare(variables_of(operation))

    code = select.__code__
    words = {*code.co_names, *code.co_varnames, *map(str, code.co_consts)}
    assert not words & {"os", "evil", "Evil", "items", "count", "number"}


def test_the_same_selections_are_compiled_once() -> None:
    """Interfaces in interfaces cost what is written, not what could be combined."""
    plain, _ = operation_of("{ items { inner { inner { number } } } }")
    compiled_operation, operation = operation_of(
        "{ " + " ".join("items { ...F }" for _ in range(3)) + " } fragment F on Item { inner { inner { number } } }"
    )
    plain.prepare(variables_of(operation))
    compiled_operation.prepare(variables_of(operation))

    assert compiled_operation.weight == plain.weight
    assert MOST_FIELDS >= 500


class Animal:
    """Cat or dog by the day, not by its class."""

    def __init__(self, kind: str) -> None:
        self.kind, self.name = kind, kind


def pets(*, by_class: bool, asked: list[str]) -> strawberry.Schema:
    """A schema whose types tell that they decide by class, or do not."""

    def kind_of(_cls: type, value: Animal, *_: object) -> str:
        asked.append(value.kind)
        return value.kind

    def is_type_of(_cls: type, *_: object) -> bool:
        return True

    if by_class:
        kind_of.decided_by = is_type_of.decided_by = type

    @strawberry.interface
    class Pet:
        name: str
        resolve_type = classmethod(kind_of)

    members = {"is_type_of": classmethod(is_type_of)}
    kinds = [strawberry.type(type(name, (Pet,), dict(members))) for name in ("Cat", "Dog")]

    @strawberry.type
    class Pets:
        @strawberry.field(graphql_type=list[Pet])
        def pets(self) -> list[Animal]:
            return [Animal("Cat"), Animal("Dog")]

    return strawberry.Schema(Pets, types=kinds)


@pytest.mark.parametrize(("by_class", "asked", "told"), [(False, ["Cat", "Dog"], "Dog"), (True, ["Cat"], "Cat")])
async def test_what_decides_by_class_is_asked_once_a_class(*, by_class: bool, asked: list[str], told: str) -> None:
    """The type of an object is found in a table, unless each object has a say in it."""
    calls: list[str] = []
    case = case_of(pets(by_class=by_class, asked=calls), "{ pets { __typename name } }", {})
    assert case is not None
    outcome = await compiled(case, None, None)

    assert calls == asked
    assert outcome.data["pets"] == [{"__typename": "Cat", "name": "Cat"}, {"__typename": told, "name": "Dog"}]
