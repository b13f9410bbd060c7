"""Attacks by documents, by the names of the security checklist: each is refused before validation, and runs nothing."""

import pytest
from graphql import get_introspection_query

from gateway.execution.document import Document, DocumentOptions, Documents
from gateway.execution.result import RequestRefused
from gateway.limits.document import DEFAULT_LIMITS, DocumentLimits
from gateway.schema.schema import make_schema

SCHEMA = make_schema()._schema


def refusal(text: str, limits: DocumentLimits = DEFAULT_LIMITS) -> tuple[str, str | None]:
    with pytest.raises(RequestRefused) as refused:
        Documents(SCHEMA, DocumentOptions(limits=limits)).read(text)
    [error] = refused.value.result.errors
    return error["extensions"]["code"], error["extensions"].get("limit")


def accepted(text: str, limits: DocumentLimits) -> bool:
    return isinstance(Documents(SCHEMA, DocumentOptions(limits=limits)).read(text), Document)


def many(part: str, count: int) -> str:
    return " ".join(part.format(number) for number in range(count))


ATTACKS = {
    "alias overloading": ("{ " + many("alias{}: __typename", 101) + " }", "maximum_aliases"),
    "field duplication": ("{ " + many("__typename", 500) + " }", "maximum_root_fields"),
    "field duplication below": ("{ sources { " + many("name", 501) + " } }", "maximum_fields"),
    "directive overloading": ("{ __typename " + many("@aa", 21) + " }", "maximum_directives"),
    "directives on the operation": ("query " + many("@aa", 21) + " { __typename }", "maximum_directives"),
    "deep nesting": ("{ devices { nodes { source" + " { source" * 20 + " { name" + " }" * 24, "maximum_depth"),
    "3000 braces": ("{ a " * 3000, "maximum_depth"),
    "huge token count": ("{ " + many("a{}", 3000) + " }", "maximum_tokens"),
    "1 MB literal": ('{ node(id: "' + "x" * 1_000_000 + '") { id } }', "maximum_document"),
    "1 MB block literal": ('{ node(id: """' + "\n " * 500_000 + '""") { id } }', "maximum_document"),
    "600 spreads of one fragment": (
        "{ sources { " + many("...F", 600) + " } } fragment F on Source { name region }",
        "maximum_fields",
    ),
    "exponential fragments": (
        "{ sources { ...F0 } } "
        + " ".join(f"fragment F{n} on Source {{ ...F{n + 1} ...F{n + 1} }}" for n in range(30))
        + " fragment F30 on Source { name }",
        "maximum_fields",
    ),
}


@pytest.mark.parametrize(("text", "limit"), ATTACKS.values(), ids=ATTACKS)
def test_an_attack_is_refused_by_its_limit(text: str, limit: str) -> None:
    """Each attack is refused, and the limit that it passed is named."""
    assert refusal(text) == ("LIMIT_EXCEEDED", limit)


@pytest.mark.parametrize(
    ("limits", "inside", "outside"),
    [
        (DocumentLimits(depth=2), "{ sources { name } }", "{ devices { nodes { id } } }"),
        (DocumentLimits(aliases=1), "{ a: __typename }", "{ a: __typename b: __typename }"),
        (
            DocumentLimits(directives=1),
            "{ __typename @skip(if: false) }",
            "{ ... @skip(if: false) { __typename @skip(if: false) } }",
        ),
        (DocumentLimits(root_fields=1), "{ __typename }", "{ __typename ... { sources { name } } }"),
        (DocumentLimits(fields=3), "{ sources { name region } }", "{ sources { name region service } }"),
        (DocumentLimits(tokens=3), "{ __typename }", "{ __typename __typename }"),
        (DocumentLimits(bytes=14), "{ __typename }", "{ __typename  }"),
    ],
)
def test_a_limit_is_exact(limits: DocumentLimits, inside: str, outside: str) -> None:
    """What a limit allows passes, one more does not."""
    assert accepted(inside, limits)
    assert refusal(outside, limits)[0] == "LIMIT_EXCEEDED"


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        (
            DocumentLimits(depth=2),
            "{ ...F } fragment F on Query { devices { ...G } } fragment G on DeviceConnection { nodes { id } }",
        ),
        (DocumentLimits(aliases=1), "{ ...F } fragment F on Query { a: __typename b: __typename }"),
        (DocumentLimits(root_fields=1), "{ ...F } fragment F on Query { ... { __typename sources { name } } }"),
        (DocumentLimits(fields=3), "{ a: sources { ...F } b: sources { ...F } } fragment F on Source { name }"),
    ],
)
def test_a_fragment_is_no_door_beside_a_limit(limits: DocumentLimits, text: str) -> None:
    """What is asked for through fragments counts wherever they are spread."""
    assert refusal(text, limits)[0] == "LIMIT_EXCEEDED"


@pytest.mark.parametrize(
    "text",
    [
        "{ ...F } fragment F on Query { ...F }",
        "{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }",
        "{ ...Missing }",
    ],
)
def test_circular_and_missing_fragments_are_for_validation(text: str) -> None:
    """A fragment that spreads itself, or that is missing, stops no limit and is refused as not valid."""
    with pytest.raises(RequestRefused) as refused:
        Documents(SCHEMA, DocumentOptions()).read(text)

    assert {error["extensions"]["code"] for error in refused.value.result.errors} == {"GRAPHQL_VALIDATION_FAILED"}


def test_introspection_passes_the_default_limits() -> None:
    """The introspection that GraphiQL asks for is inside every limit."""
    text = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )

    assert accepted(text, DEFAULT_LIMITS)
