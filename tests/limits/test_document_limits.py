"""Attacks by documents, by the names of the security checklist: each is refused before validation, and runs nothing."""

import pytest
from graphql import get_introspection_query

from gateway.execution.document import Document, DocumentOptions, Documents
from gateway.execution.result import RequestRefused
from gateway.limits.document import DEFAULT_LIMITS, DocumentLimits
from gateway.schema.schema import make_schema
from tests.limits.attacks import ATTACKS

SCHEMA = make_schema()._schema


def refusal(text: str, limits: DocumentLimits = DEFAULT_LIMITS) -> tuple[str, str | None]:
    with pytest.raises(RequestRefused) as refused:
        Documents(SCHEMA, DocumentOptions(limits=limits)).read(text)
    [error] = refused.value.result.errors
    return error["extensions"]["code"], error["extensions"].get("limit")


def accepted(text: str, limits: DocumentLimits) -> bool:
    return isinstance(Documents(SCHEMA, DocumentOptions(limits=limits)).read(text), Document)


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
        (DocumentLimits(overlaps=3), "{ sources { name name name } }", "{ sources { name name name name } }"),
        (
            DocumentLimits(overlaps=1),
            "{ sources { name } sources { region } }",
            "{ sources { name } sources { name } }",
        ),
        (
            DocumentLimits(overlaps=1),
            "{ sources { a: name b: name } }",
            "{ a: sources { name name } b: sources { name name } }",
        ),
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
        (DocumentLimits(overlaps=2), "{ sources { ...F ... { ...F } name } } fragment F on Source { name }"),
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
