import gc
import tracemalloc

import pytest
import strawberry
from graphql import GraphQLSchema

from gateway.execution.document import Document, DocumentOptions, Documents
from gateway.execution.plan import make_plan
from gateway.execution.result import ErrorCode, RequestRefused
from gateway.execution.road import Road
from gateway.execution.run import Executor
from gateway.limits.document import DocumentLimits


@strawberry.input(one_of=True)
class By:
    id: strawberry.ID | None = strawberry.UNSET
    arn: str | None = strawberry.UNSET


@strawberry.type
class Query:
    @strawberry.field
    def device(self, by: By) -> str:
        return by.id or by.arn or ""

    @strawberry.field
    def name(self) -> str:
        return "name"


def core_schema() -> GraphQLSchema:
    return strawberry.Schema(Query)._schema


def documents(**options: object) -> Documents:
    return Documents(core_schema(), DocumentOptions(**options))


def refusal(known: Documents, text: str) -> list[dict]:
    with pytest.raises(RequestRefused) as refused:
        known.read(text)
    assert refused.value.result.executed is False
    return list(refused.value.result.errors)


def test_a_document_has_its_operations_and_its_hash() -> None:
    """A document is known by the SHA-256 of its text, and its operations by their names."""
    document = documents().read("query A { ...F } query B { name } fragment F on Query { name }")

    assert document.hash == "fc81df969e6ec13c2d1c32b33b2a2493e6a39a2c62b0ff7450d62907a2a46996"
    assert list(document.operations) == ["A", "B"]
    assert list(document.fragments) == ["F"]


def test_a_text_is_parsed_and_validated_once() -> None:
    """The second request with a text costs no parsing: it gets the very same document."""
    known = documents()

    assert known.read("{ name }") is known.read("{ name }")


def test_a_text_that_does_not_parse_is_refused_with_its_place() -> None:
    """A developer reads what was expected, and where."""
    assert refusal(documents(), "{\n name") == [
        {
            "message": "Syntax Error: Expected Name, found <EOF>.",
            "locations": [{"line": 2, "column": 6}],
            "extensions": {"code": ErrorCode.GRAPHQL_PARSE_FAILED},
        }
    ]


def test_a_text_that_is_not_valid_is_refused_with_its_place() -> None:
    """A developer reads which field there is not."""
    assert refusal(documents(), "{ nam }") == [
        {
            "message": "Cannot query field 'nam' on type 'Query'. Did you mean 'name'?",
            "locations": [{"line": 1, "column": 3}],
            "extensions": {"code": ErrorCode.GRAPHQL_VALIDATION_FAILED},
        }
    ]


def test_suggestions_can_be_kept_back() -> None:
    """A hardened server does not help to guess its schema."""
    errors = refusal(documents(suggestions=False), "{ nam }")

    assert [error["message"] for error in errors] == ["Cannot query field 'nam' on type 'Query'."]


def test_introspection_can_be_refused() -> None:
    """A hardened server does not tell its schema; __typename stays."""
    known = documents(introspection=False)
    errors = refusal(known, "{ __schema { queryType { name } } }")

    assert errors[0]["extensions"] == {"code": ErrorCode.GRAPHQL_VALIDATION_FAILED}
    assert isinstance(known.read("{ __typename }"), Document)


@pytest.mark.parametrize("by", ["{}", '{ id: "1", arn: "2" }', "{ id: null }"])
def test_exactly_one_member_of_a_one_of_input_is_taken(by: str) -> None:
    """@oneOf holds in the text itself."""
    errors = refusal(documents(), f"{{ device(by: {by}) }}")

    assert [error["extensions"]["code"] for error in errors] == [ErrorCode.GRAPHQL_VALIDATION_FAILED]


def test_an_operation_that_the_schema_lacks_is_not_valid() -> None:
    """A schema without mutations takes none."""
    errors = refusal(documents(), "mutation { __typename }")

    assert [error["extensions"]["code"] for error in errors] == [ErrorCode.GRAPHQL_VALIDATION_FAILED]


def test_few_errors_are_told() -> None:
    """A text with many mistakes is not worth as many errors."""
    errors = refusal(documents(), "{" + " ".join(f"a{number}" for number in range(20)) + "}")

    assert len(errors) == 6
    assert errors[-1]["message"] == "Too many validation errors, error limit reached. Validation aborted."


def test_a_text_with_too_many_tokens_is_refused() -> None:
    """The parser stops at the limit, and the limit is named."""
    known = documents(limits=DocumentLimits(tokens=10))

    assert isinstance(known.read("{ name name name name name name name name }"), Document)
    assert refusal(known, "{ name name name name name name name name name }") == [
        {
            "message": "The document has more than 10 tokens.",
            "extensions": {"code": ErrorCode.LIMIT_EXCEEDED, "limit": "maximum_tokens"},
        }
    ]


@pytest.mark.parametrize("text", ["{" * 3000, "query " + "($a:[" * 3000, "#" * 10_001 + "\n{", ""])
def test_an_attack_on_the_parser_is_a_parse_error(text: str) -> None:
    """Deep nesting is refused like any other mistake."""
    errors = refusal(documents(), text)

    assert [error["extensions"]["code"] for error in errors] == [ErrorCode.GRAPHQL_PARSE_FAILED]


def test_refused_texts_do_not_push_out_documents() -> None:
    """However many bad texts come, the good ones stay known."""
    known = documents(cache_bytes=10_000, refused_cache_bytes=10_000)
    good = known.read("{ name }")
    for number in range(500):
        refusal(known, f"{{ a{number} }}")

    assert known.read("{ name }") is good


def test_refused_texts_are_remembered() -> None:
    """A client that repeats its mistake gets the same answer for less work."""
    known = documents()

    assert refusal(known, "{ nam }")[0] is refusal(known, "{ nam }")[0]


@pytest.mark.parametrize("letter", ["a", "ü", "🏃"])
def test_the_text_itself_counts(letter: str) -> None:
    """A long comment takes room as tokens do, and what is too large to keep is read each time."""
    known = documents(cache_bytes=20_000)
    text = f"{{ name }} #{letter * 20_000}"

    assert known.read(text) is not known.read(text)


def test_the_documents_held_are_bounded_in_bytes() -> None:
    """Half a thousand different documents hold no more memory than the bound, as Python itself counts it."""
    known = documents(cache_bytes=1_000_000)
    known.read("{ name }")
    tracemalloc.start()
    for number in range(500):
        known.read(f"{{ a{number}: name b: name c: name d: name }}")
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert 400_000 < held < 1_000_000


async def test_what_is_compiled_counts_among_the_bytes_of_its_document() -> None:
    """Documents that were run hold no more memory than the bound either."""
    schema = strawberry.Schema(Query)
    known, executor = Documents(schema._schema, DocumentOptions(cache_bytes=1_000_000)), Executor(schema)
    tracemalloc.start()
    for number in range(300):
        plan = make_plan(known.read(f"{{ a{number}: name b: name c: name d: name }}"), None, {}, 5.0)
        assert (await executor.run(plan, None, {})).road is Road.COMPILED
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert 400_000 < held < 1_000_000
