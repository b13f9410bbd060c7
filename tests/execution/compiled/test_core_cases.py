"""What graphql-core's own tests of execution look at, and no generated document does: each is answered as there."""

import asyncio
from collections import ChainMap
from collections.abc import AsyncIterator, Callable, Iterator
from types import SimpleNamespace
from typing import Any, Final

import pytest
import strawberry
from graphql import GraphQLSchema, build_schema

from tests.execution.compiled.roads import Outcome, assert_same, by_core, case_of, compiled, quiet

pytestmark = [
    pytest.mark.filterwarnings("ignore:coroutine '.* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <coroutine object:pytest.PytestUnraisableExceptionWarning"
    ),
]
"""Where a field fails, graphql-core leaves what others gave it unawaited."""


@pytest.fixture(scope="module", autouse=True)
def unawaited() -> Iterator[None]:
    """All of that is collected at the end."""
    with quiet():
        yield


class Failing:
    """A value whose attributes fail."""

    @property
    def sync(self) -> str:
        raise ValueError("sync")

    async def later(self, _info: object) -> str:
        await asyncio.sleep(0)
        raise ValueError("later")


class Things:
    """Can be iterated, and is no list."""

    def __iter__(self) -> Iterator[str]:
        return iter(("a", "b"))


class Stream:
    """Can be iterated asynchronously, without being a generator."""

    def __init__(self, *values: object) -> None:
        self.values = list(values)

    def __aiter__(self) -> AsyncIterator[object]:
        return self

    async def __anext__(self) -> object:
        await asyncio.sleep(0)
        if not self.values:
            raise StopAsyncIteration
        value = self.values.pop(0)
        if isinstance(value, KeyError):
            raise value
        return value


async def soon(value: object) -> object:
    await asyncio.sleep(0)
    return value


async def failing(error: Exception) -> object:
    await asyncio.sleep(0)
    raise error


def broken() -> Iterator[object]:
    yield "a"
    yield soon("b")
    raise KeyError("the list broke off")


def method(info: Any, **given: object) -> str:  # noqa: ANN401 - of graphql-core
    return f"{info.context} {info.field_name} {info.path.as_list()} {given}"


LISTS: Final = "type Query { nullable: [String] items: [String!] must: [String]! all: [String!]! other: String }"
NODES: Final = """
    interface Pet { name: String friend: Pet }
    type Dog implements Pet { name: String friend: Pet barks: Boolean }
    type Cat implements Pet { name: String friend: Pet meows: Boolean }
    type Fish { name: String! }
    union Any = Dog | Cat | Fish
    type Query { pets: [Pet] any: [Any!] must: [Pet!]! }
"""
PETS: Final = "{ pets { __typename name friend { name } ... on Dog { barks } ... on Cat { meows } } }"
DEEP: Final = """
    type Deep { sync: String syncMust: String! later: String laterMust: String! deep: Deep deepMust: Deep! }
    type Query { deep: Deep deepMust: Deep! sync: String later: String laterMust: String! syncMust: String! }
"""
ARGUMENTS: Final = """
    enum Size { SMALL LARGE }
    input Box { sizes: [Size!] label: String! = "none" inner: Box }
    input One @oneOf { a: String b: Int }
    type Query {
      box(box: Box, boxes: [Box!]): String must(text: String!): String size(size: Size = LARGE): String
      one(one: One): String add(a: Int): String
    }
"""


def deep(**fields: Any) -> SimpleNamespace:  # noqa: ANN401 - whatever a value has
    return SimpleNamespace(**fields)


def nested() -> SimpleNamespace:
    """Errors and nulls of every kind, two levels of them."""
    inner = {
        "sync": ValueError("returned"),
        "syncMust": None,
        "later": lambda _info: failing(ValueError("later")),
        "laterMust": lambda _info: soon(None),
        "deep": lambda _info: soon({"syncMust": "fine", "laterMust": lambda _info: failing(KeyError("deepest"))}),
        "deepMust": {"syncMust": lambda _info: soon("slow"), "laterMust": None},
    }
    return deep(deep=inner, deepMust={**inner, "syncMust": "there", "laterMust": "too", "deepMust": inner})


CASES: Final[dict[str, tuple[str, Callable[[], object], str]]] = {
    "attributes": ("type Query { a: Int }", lambda: deep(a=1), "{ a }"),
    "keys": ("type Query { a: Int b: Int }", lambda: {"a": 1}, "{ a b }"),
    "keys of a chain": ("type Query { a: Int }", lambda: ChainMap({"b": 2}, {"a": 1}), "{ a }"),
    "methods": ("type Query { f(a: Int, b: Int): String }", lambda: {"f": method}, "{ f(a: 2) g: f(b: 3, a: null) }"),
    "failing attributes": ("type Query { sync: String later: String }", Failing, "{ sync later again: sync }"),
    "a list": (LISTS, lambda: {"nullable": ["a", None], "items": ("a", None)}, "{ nullable items }"),
    "a set": (LISTS, lambda: {"nullable": {"a"}, "must": frozenset({"b"})}, "{ nullable must }"),
    "a generator": (LISTS, lambda: {"nullable": (one for one in "ab")}, "{ nullable }"),
    "an iterable": (LISTS, lambda: {"nullable": Things(), "all": Things()}, "{ nullable all }"),
    "a dict is no list": (LISTS, lambda: {"nullable": {"a": 1}, "items": {}}, "{ nullable items }"),
    "a text is no list": (LISTS, lambda: {"nullable": "abc", "other": "a"}, "{ nullable other }"),
    "a number is no list": (LISTS, lambda: {"nullable": 5, "must": 5}, "{ nullable must }"),
    "a list that breaks off": (LISTS, lambda: {"nullable": broken(), "items": broken()}, "{ nullable items }"),
    "items that are awaited": (LISTS, lambda: {"nullable": [soon("a"), failing(KeyError("b")), "c"]}, "{ nullable }"),
    "items that may not fail": (LISTS, lambda: {"items": ["a", failing(KeyError("b")), soon("c")]}, "{ items other }"),
    "a list that is awaited": (LISTS, lambda: {"must": lambda _: soon([None, soon(None)])}, "{ must }"),
    "an asynchronous list": (
        LISTS,
        lambda: {"nullable": Stream("a", None, "c"), "all": Stream("a")},
        "{ nullable all }",
    ),
    "one with a null": (LISTS, lambda: {"items": Stream("a", None, "c"), "other": "o"}, "{ items other }"),
    "one that breaks off": (
        LISTS,
        lambda: {"nullable": Stream("a", KeyError("b")), "other": "o"},
        "{ nullable other }",
    ),
    "one of what is awaited": (LISTS, lambda: {"nullable": Stream(soon("a"), failing(ValueError()))}, "{ nullable }"),
    "one of errors": (LISTS, lambda: {"nullable": Stream("a", ValueError("b"), 5, [])}, "{ nullable }"),
    "types by name": (NODES, lambda: {"pets": [{"__typename": "Dog", "barks": True}, {"__typename": "Cat"}]}, PETS),
    "types by attribute": (NODES, lambda: {"pets": [deep(__typename="Dog", name="d", friend=None, barks=1)]}, PETS),
    "no type": (NODES, lambda: {"pets": [{"name": "d"}, {"__typename": 5}, {"__typename": "Nobody"}, deep()]}, PETS),
    "another's type": (NODES, lambda: {"pets": [{"__typename": one} for one in ("Fish", "Query", "Pet", "Any")]}, PETS),
    "unions": (
        NODES,
        lambda: {"any": [{"__typename": "Fish", "name": soon("f")}, {"__typename": "Cat", "name": "c"}]},
        "{ any { __typename ... on Pet { name } ... on Fish { must: name } } }",
    ),
    "a union's null": (
        NODES,
        lambda: {"any": [{"__typename": "Fish", "name": None}, {"__typename": "Cat"}], "pets": []},
        "{ any { ... on Fish { name } ... on Cat { meows } } pets { name } }",
    ),
    "nulls all over": (
        DEEP,
        nested,
        """{
          deep { ...F deep { ...F } } again: deep { sync deep { laterMust } }
          deepMust { sync later deep { later } }
        }
        fragment F on Deep { sync later a: sync deep { sync syncMust laterMust } deepMust { syncMust laterMust } }""",
    ),
    "null from far below": (DEEP, nested, "{ sync deepMust { deepMust { deepMust { laterMust } } } }"),
    "null to the top": (DEEP, nested, "{ sync later syncMust laterMust deep { sync } }"),
    "slower than what fails": (DEEP, nested, "{ deep { syncMust later } deepMust { later laterMust } }"),
    "merged": (
        DEEP,
        lambda: {"deepMust": {"deepMust": {"sync": "s", "later": lambda _: soon("l")}, "sync": "x"}},
        """{ deepMust { sync ...A ...B } } fragment A on Deep { deepMust { sync } }
        fragment B on Deep { deepMust { later ... on Deep { sync } } }""",
    ),
    "skipped and included": (
        DEEP,
        lambda: {"sync": "s", "later": "l"},
        """query ($yes: Boolean = true, $no: Boolean! = false) {
          a: sync @include(if: $yes) @skip(if: $no) b: sync @include(if: $yes) @skip(if: $yes) c: sync @skip(if: $no)
          ... @include(if: $no) { later } ... @skip(if: $no) { d: later } ...F @include(if: $yes) ...F @skip(if: $yes)
        } fragment F on Query { e: later @skip(if: $no) }""",
    ),
    "arguments": (
        ARGUMENTS,
        lambda: dict.fromkeys(("box", "must", "size", "one", "add"), method),
        """query ($text: String = "given", $label: String = "l", $none: Box, $some: [Size!], $a: String! = "a") {
          box(box: {sizes: SMALL, label: $text, inner: {sizes: $some}}, boxes: {label: $label}) none: box(box: $none)
          must(text: $text) size large: size(size: SMALL) one(one: {a: $a}) add(a: 5) without: add
        }""",
    ),
    "null for what must be": (
        ARGUMENTS,
        lambda: {"must": method, "box": method, "add": method},
        """query ($text: String = "default", $a: Int) { must(text: $text) box(box: {label: $text}) add(a: $a) }""",
    ),
}
VARIABLES: Final = {"null for what must be": {"text": None}}


def bare(core: GraphQLSchema) -> strawberry.Schema:
    """A schema none of whose fields are Strawberry's."""

    @strawberry.type
    class Query:
        nothing: str

    schema = strawberry.Schema(Query)
    schema._schema = core
    return schema


@pytest.mark.parametrize("name", CASES)
def test_what_graphql_core_looks_at_is_the_same(name: str) -> None:
    """Default resolvers, iterables, nulls, types and arguments as graphql-core has them."""
    sdl, make_root, text = CASES[name]
    schema = bare(build_schema(sdl))

    assert_same(*both(schema, text, make_root, VARIABLES.get(name, {})))


@pytest.mark.parametrize("kind", ["sync", "async", "raises", "nobody"])
def test_is_type_of_decides_where_nothing_else_does(kind: str) -> None:
    """Types are asked one after another, and what one refuses is an error of the object."""

    def is_a(name: str) -> Callable[..., object]:
        def is_type_of(value: dict[str, object], _info: object) -> object:
            if kind == "raises" and name == "Cat":
                raise ValueError(f"whether {value['name']} is a cat cannot be told")
            told = kind != "nobody" and value["kind"] == name
            return soon(told) if kind == "async" else told

        return is_type_of

    core = build_schema(NODES)
    for name in ("Dog", "Cat", "Fish"):
        core.type_map[name].is_type_of = is_a(name)
    pets = [{"kind": "Dog", "name": "d", "barks": True}, {"kind": "Cat", "name": "c", "friend": {"kind": "Fish"}}]

    assert_same(*both(bare(core), PETS, lambda: {"pets": pets}))


@pytest.mark.parametrize("value", ["fine", None, 5, ValueError("returned"), ""])
def test_a_scalar_that_refuses_is_an_error_of_its_field(value: object) -> None:
    """What a custom scalar makes nothing of, or raises for, is told in graphql-core's words."""
    core = build_schema("scalar Odd type Query { odd: Odd must: Odd! many: [Odd] other: String }")

    def coerce(given: object) -> object:
        if given == 5:
            raise ValueError("no fives")
        return given or None

    core.type_map["Odd"].coerce_output_value = core.type_map["Odd"].serialize = coerce
    for text in ("{ odd other }", "{ many other }", "{ must other }"):
        assert_same(*both(bare(core), text, lambda: {"odd": value, "must": value, "many": ["a", value, soon(value)]}))


@pytest.mark.parametrize("way", ["raise", "return", "async"])
def test_an_error_keeps_what_it_tells(way: str) -> None:
    """Extensions, and what a GraphQLError says of itself, reach the client."""

    class Told(Exception):
        extensions = {"code": "TOLD", "nested": {"a": [1]}}  # noqa: RUF012 - as errors have them

    def resolve(_info: object) -> object:
        if way == "raise":
            raise Told("no")
        return Told("no") if way == "return" else failing(Told("no"))

    schema = bare(build_schema("type Query { a: String b: [String!]! }"))
    for text in ("{ a }", "{ a again: a }", "{ a b }"):
        assert_same(
            *both(schema, text, lambda: {"a": resolve, "b": ["x", resolve(None)] if way != "raise" else resolve})
        )


def both(
    schema: strawberry.Schema, text: str, make_root: Callable[[], object], variables: dict[str, object] | None = None
) -> tuple[Outcome, Outcome]:
    """By what is compiled, and by graphql-core, each in a loop of its own."""
    case = case_of(schema, text, variables or {})
    assert case is not None

    async def run(road: Callable[..., Any]) -> Outcome:
        return await road(case, make_root(), "context")

    theirs, ours = asyncio.run(run(by_core)), asyncio.run(run(compiled))
    return ours, theirs
