"""How long an operation's answer may be kept, and what it tells of: by the schema's hints alone."""

from typing import Any

import pytest

from gateway.execution.cache_policy import CachePolicy
from gateway.execution.document import DocumentOptions, Documents
from gateway.execution.run import core_schema
from gateway.schema.schema import make_schema

DOCUMENTS = Documents(core_schema(make_schema()), DocumentOptions(answer_age=30))
DEVICES = {"OneClickDevice", "AlexaDevice"}


def policy(text: str, name: str | None = None) -> CachePolicy:
    found = DOCUMENTS.read(text).policy(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("{ devices { nodes { name tags { key } } } }", 30),
        ("{ sources { name } }", 30),
        ("{ sources { name available } }", 0),
        ("{ devices { nodes { source { ...S } } } } fragment S on Source { up: available }", 0),
        ("{ __typename devices { __typename } }", 30),
        ("{ __typename }", 0),
        ('{ __type(name: "Tag") { name } }', 0),
        ("{ devices { totalCount } __schema { queryType { name } } }", 0),
        ('mutation { setDeviceEnabled(input: { id: "x", enabled: true }) { device { id } } }', 0),
    ],
)
def test_an_answer_has_the_least_of_its_ages(text: str, age: int) -> None:
    """A field without a hint has the default; one that must not be kept keeps the whole answer from being kept."""
    assert policy(text).max_age == age


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("{ devices { nodes { name } } rooms { nodes { name } } }", False),
        ("{ users { totalCount } }", False),
        ("{ users { nodes { id } } }", True),
        ('{ node(id: "x") { ... on User { email } } }', True),
        ('{ node(id: "x") { ...U } } fragment U on User { id }', True),
        ('{ node(id: "x") { ... on Device { name } } }', False),
    ],
)
def test_what_is_personal_makes_the_answer_so(text: str, private: bool) -> None:  # noqa: FBT001 - of the table
    """An answer with anything of a User in it is for its caller alone."""
    assert policy(text).private is private


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("{ devices { nodes { name } } }", DEVICES),
        ("{ devices { totalCount } }", DEVICES),
        ("{ devices { pageInfo { hasNextPage } } }", DEVICES),
        ("{ rooms { edges { node { name } } } }", {"Room"}),
        ("{ rooms { nodes { devices { totalCount } } } }", {"Room", *DEVICES}),
        ("{ users { nodes { id } } }", {"User"}),
        ('{ node(id: "x") { id ... on AlexaDevice { room { id } } } }', {"Room"}),
        ('{ node(id: "x") { id ... on Room { devices { nodes { id } } } } }', DEVICES),
        ('{ device(by: { id: "x" }) { id events { nodes { timestamp } } } }', set()),
        ('{ device(by: { id: "x" }) { id events { nodes { device { id } } } } }', DEVICES),
        ("{ sources { name } }", set()),
    ],
)
def test_lists_tell_of_all_of_their_types(text: str, types: set[str]) -> None:
    """A connection depends on whatever is of its type, be it shown or not; so does what is reached from something."""
    assert policy(text).types == types


@pytest.mark.parametrize(
    ("text", "data", "tags"),
    [
        ('{ node(id: "x") { id } }', {"node": {"id": "x"}}, {"x"}),
        ('{ a: node(id: "x") { b: id } }', {"a": {"b": "x"}}, {"x"}),
        ('{ node(id: "x") { ... on Room { id name } } }', {"node": {"id": "x", "name": ""}}, {"x"}),
        (
            '{ ...Q } fragment Q on Query { node(id: "x") { ...N } } fragment N on Node { id }',
            {"node": {"id": "x"}},
            {"x"},
        ),
        ('{ nodes(ids: ["x", "y"]) { id } }', {"nodes": [{"id": "x"}, {"id": "y"}]}, {"x", "y"}),
        (
            "query ($s: Boolean!) { sources { name } device(by: { id: 1 }) @skip(if: $s) { id } }",
            {"sources": []},
            set(),
        ),
        ('{ device(by: { id: "x" }) { id } }', {"device": None}, {"type OneClickDevice", "type AlexaDevice"}),
        (
            '{ device(by: { id: "x" }) { name } }',
            {"device": {"name": "a"}},
            {"type OneClickDevice", "type AlexaDevice"},
        ),
        ("{ rooms { nodes { id } } }", {"rooms": {"nodes": [{"id": "x"}]}}, {"type Room"}),
    ],
)
def test_what_is_looked_up_is_told_by_its_id(text: str, data: dict[str, Any], tags: set[str]) -> None:
    """A lookup tells of what it found; one that found nothing, or tells no id, of all that it might have found."""
    assert policy(text).tags(data) == tags


def test_a_lookup_of_anything_tells_of_every_type() -> None:
    """A node that is not there may come to be one of any type."""
    types = {"type OneClickDevice", "type AlexaDevice", "type Room", "type User"}

    assert policy('{ nodes(ids: ["x", "y"]) { id } }').tags({"nodes": [{"id": "x"}, None]}) == types


TAG = 'tagDevice(input: { id: "x", tags: [] })'
CHANGED = {"x", "type OneClickDevice", "type AlexaDevice"}


@pytest.mark.parametrize(
    ("text", "data", "changed"),
    [
        (f"mutation {{ {TAG} {{ device {{ id }} }} }}", {"tagDevice": {"device": {"id": "x"}}}, CHANGED),
        (f"mutation {{ a: {TAG} {{ b: device {{ c: id }} }} }}", {"a": {"b": {"c": "x"}}}, CHANGED),
        (f"mutation {{ {TAG} {{ device {{ name }} }} }}", {"tagDevice": {"device": {"name": "x"}}}, None),
        (f"mutation {{ {TAG} {{ device {{ id }} }} }}", {"tagDevice": {"device": None}}, None),
        (f"mutation {{ {TAG} {{ clientMutationId }} }}", {"tagDevice": {"clientMutationId": None}}, None),
        (
            f"mutation {{ a: {TAG} {{ device {{ id }} }} b: {TAG} {{ device {{ id }} }} }}",
            {"a": {"device": {"id": "x"}}, "b": {"device": None}},
            None,
        ),
    ],
)
def test_a_mutation_tells_what_it_changed(text: str, data: dict[str, Any], changed: set[str] | None) -> None:
    """It changed the device that it returns, and so every list of devices; where it does not say, who knows what."""
    assert policy(text).changed(data) == changed


def test_operations_of_a_document_are_apart() -> None:
    """Each operation has its own policy, with the variables that it declares."""
    one = "query A($b: Int, $a: String) { devices(first: $b, after: $a) { totalCount } }"
    text = f"{one} query B {{ sources {{ available }} }}"

    assert (policy(text, "A").max_age, policy(text, "A").variables) == (30, ("a", "b"))
    assert policy(text, "B").max_age == 0
    assert DOCUMENTS.read(text).policy(None) is None


def test_where_answers_are_not_kept_nothing_is_read() -> None:
    """Without a default age there is no policy at all, nor for what may be answered in parts."""
    off = Documents(core_schema(make_schema()), DocumentOptions())

    assert off.read("{ devices { totalCount } }").policy(None) is None
    assert DOCUMENTS.read("{ devices { totalCount } ... @defer { sources { name } } }").policy(None) is None
