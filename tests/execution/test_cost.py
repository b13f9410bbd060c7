"""What operations cost: known before anything runs, from the document and its variables; and after, from the answer."""

import time
from collections.abc import Callable

import pytest
from graphql import get_introspection_query

from gateway.execution.cost import MOST
from gateway.execution.document import DocumentOptions, Documents
from tests.execution.costing import DOCUMENTS, SCHEMA, plan, requested

CLAIM = 'claimDevices(input: {claimCode: "C-1"}) { total }'


def devices(selection: str, arguments: str = "(first: 10)") -> int:
    """What the selection adds to a page of ten devices, which itself is 1 + 5 + 1 + 10."""
    return requested(f"{{ devices{arguments} {{ nodes {{ {selection} }} }} }}") - 17


EXACT = {
    "scalars cost nothing, the operation itself one": ("{ __typename }", 1),
    "a list of assumed size": ("{ sources { name } }", 1 + 4),
    "an upstream read on each of a list": ("{ sources { available } }", 1 + 4 * (1 + 5)),
    "a page by first": ("{ devices(first: 7) { nodes { id } } }", 1 + 5 + 1 + 7),
    "a page by last": ("{ devices(last: 7) { nodes { id } } }", 1 + 5 + 1 + 7),
    "the larger of both": ("{ devices(first: 2, last: 7) { nodes { id } } }", 1 + 5 + 1 + 7),
    "an empty page": ("{ devices(first: 0) { nodes { id tags { key } } } }", 1 + 5 + 1),
    "a negative page": ("{ devices(first: -9) { nodes { id tags { key } } } }", 1 + 5 + 1),
    "a page of the default size": ("{ devices { nodes { id } } }", 1 + 5 + 1 + 20),
    "null is as if not given": ("{ devices(first: null) { nodes { id } } }", 1 + 5 + 1 + 20),
    "edges cost no more than nodes": ("{ devices(first: 7) { edges { cursor node { id } } } }", 1 + 5 + 1 + 7),
    "both cost both": ("{ devices(first: 7) { edges { node { id } } nodes { id } } }", 1 + 5 + 1 + 14),
    "page information is free": ("{ devices(first: 7) { pageInfo { endCursor } } }", 1 + 5 + 1),
    "a count": ("{ devices(first: 7) { totalCount } }", 1 + 5 + 1 + 20),
    "a filter": ("{ devices(first: 7, filter: {enabled: true}) { scanned } }", 1 + 5 + 20 + 1),
    "a filter of null": ("{ devices(first: 7, filter: null) { scanned } }", 1 + 5 + 1),
    "a filter and an order": ("{ devices(filter: {}, orderBy: [{field: NAME}]) { scanned } }", 1 + 5 + 20 + 20 + 1),
    "by the length of a list": ('{ nodes(ids: ["a", "b", "c"]) { id } }', 1 + 5 + 3),
    "one value for a list": ('{ nodes(ids: "a") { id } }', 1 + 5 + 1),
    "an alias is a field of its own": ("{ a: sources { name } b: sources { name } }", 1 + 4 + 4),
    "a field repeated is one": ("{ sources { name } sources { region } }", 1 + 4),
    "a field merged through fragments is one": (
        "{ ...A ...B } fragment A on Query { sources { name } } fragment B on Query { ... { sources { available } } }",
        1 + 4 * (1 + 5),
    ),
    "what is skipped is not there": ("{ sources @skip(if: true) { name } }", 1),
    "what is not skipped is": ("{ sources @skip(if: false) { name } }", 1 + 4),
    "what is included is there": ("{ ... @include(if: true) { sources { name } } }", 1 + 4),
    "what is not included is not": ("{ ...A @include(if: false) } fragment A on Query { sources { name } }", 1),
    "a mutation": (f"mutation {{ {CLAIM} }}", 1 + 10 + 1),
    "two mutations": (
        "mutation { " + CLAIM + " b: " + CLAIM.replace("total", "userErrors { code }") + " }",
        1 + 11 + 12,
    ),
}


@pytest.mark.parametrize(("text", "cost"), EXACT.values(), ids=EXACT)
def test_what_an_operation_requests(text: str, cost: int) -> None:
    """The cost is what the directives of the schema add up to, to the unit."""
    assert requested(text) == cost


def test_the_dearest_possible_type_is_taken() -> None:
    """Of an interface it is not known before which type comes: the dearest one counts, not all of them."""
    one_click, alexa = "... on OneClickDevice { methods { methodName } }", "... on AlexaDevice { room { name } }"

    assert devices(one_click) == 10 * (5 + 5)
    assert devices(alexa) == 10 * (5 + 1)
    assert devices(f"{one_click} {alexa}") == 10 * (5 + 5)
    assert devices(f"{one_click} {alexa} source {{ name }}") == 10 * (5 + 5 + 1)


def test_an_interface_is_no_cheaper_way() -> None:
    """A field costs the same on the interface, on the type and through a fragment."""
    ways = ["{}", "... on Device {{ {} }}", "... on OneClickDevice {{ {} }}", "... on AlexaDevice {{ {} }}"]

    assert {devices(way.format("tags { key }")) for way in ways} == {10 * (5 + 10)}


@pytest.mark.parametrize(
    ("variables", "cost"),
    [
        ({}, 1 + 5 + 1 + 20 * (1 + 5 + 1 + 3)),
        ({"first": None}, 1 + 5 + 1 + 20 * (1 + 5 + 1 + 3)),
        ({"first": 2}, 1 + 5 + 1 + 2 * (1 + 5 + 1 + 3)),
        ({"first": 2, "events": 4}, 1 + 5 + 1 + 2 * (1 + 5 + 1 + 4)),
        ({"first": 2, "events": None}, 1 + 5 + 1 + 2 * (1 + 5 + 1 + 20)),
        ({"first": 2, "tags": True}, 1 + 5 + 1 + 2 * (1 + 5 + 1 + 3 + 5 + 10)),
        ({"first": 2, "without": True}, 1 + 5 + 1 + 2 * 1),
        ({"first": 2, "filter": {}}, 1 + 5 + 20 + 1 + 2 * (1 + 5 + 1 + 3)),
        ({"first": 2, "filter": None}, 1 + 5 + 1 + 2 * (1 + 5 + 1 + 3)),
    ],
)
def test_variables_decide(variables: dict[str, object], cost: int) -> None:
    """Sizes, conditions and arguments may come by variable, given, null, absent or by default."""
    text = """
        query (
            $first: Int, $events: Int = 3, $tags: Boolean! = false, $without: Boolean! = false, $filter: DeviceFilter
        ) {
            devices(first: $first, filter: $filter) {
                nodes {
                    tags @include(if: $tags) { key }
                    events(first: $events) @skip(if: $without) { nodes { id } }
                }
            }
        }
    """

    assert requested(text, **variables) == cost


def test_a_negative_size_pays_for_nothing_else() -> None:
    """A page that is refused by its field for a negative size does not make the rest of the operation cheaper."""
    text = "query ($n: Int) { a: devices(first: $n) { nodes { id } } b: devices(first: 100) { nodes { id } } }"

    assert requested(text, n=-1000) == 1 + 6 + 106


def test_a_list_by_variable_counts_by_its_length() -> None:
    """`nodes` costs by how many ids are sent."""
    assert requested("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["a"] * 50) == 1 + 5 + 50


def test_a_field_is_there_when_any_of_its_places_is() -> None:
    """The same field in two places, each under a condition, is read once if either holds."""
    text = """
        query ($a: Boolean!, $b: Boolean!) {
            sources @include(if: $a) { name }
            ... @include(if: $b) { sources { available } }
        }
    """

    assert requested(text, a=False, b=False) == 1
    assert requested(text, a=True, b=False) == 1 + 4
    assert requested(text, a=False, b=True) == 1 + 4 * (1 + 5)
    assert requested(text, a=True, b=True) == 1 + 4 * (1 + 5)


def test_each_operation_of_a_document_has_its_own_cost() -> None:
    """What is not asked to run costs nothing."""
    text = "query A { sources { name } } query B { devices(first: 100) { nodes { id } } }"

    assert plan(text, "A").requested_cost == 1 + 4
    assert plan(text, "B").requested_cost == 1 + 5 + 1 + 100


def test_a_cost_beyond_all_numbers_is_still_a_number() -> None:
    """Pages of two thousand million, nested, do not overflow."""
    below = "devices(first: $n) { nodes { events(first: $n) { nodes { id } } } }"
    text = f"query ($n: Int) {{ rooms(first: $n) {{ nodes {{ {below} }} }} }}"

    assert requested(text, n=2**31 - 1) == MOST


def test_introspection_is_cheap() -> None:
    """What GraphiQL asks for first is far from any maximum."""
    assert requested(get_introspection_query()) < 100


@pytest.mark.parametrize(
    ("text", "variables", "rated"),
    [
        ("{ sources { name } }", {}, {}),
        (f"mutation {{ {CLAIM} }}", {}, {"claims": 1}),
        (f"mutation {{ {CLAIM} {CLAIM} }}", {}, {"claims": 1}),
        ("mutation { " + " ".join(f"a{n}: {CLAIM}" for n in range(18)) + " }", {}, {"claims": 18}),
        (f"mutation {{ ...F b: {CLAIM} }} fragment F on Mutation {{ a: {CLAIM} }}", {}, {"claims": 2}),
        ('mutation { initiateDeviceClaim(input: {deviceId: "G"}) { state } }', {}, {"claims": 1}),
        ('mutation { finalizeDeviceClaim(input: {deviceId: "G"}) { state } }', {}, {"claims": 1}),
        ('mutation { unclaimDevice(input: {id: "G"}) { state } }', {}, {}),
        (f"mutation ($no: Boolean!) {{ a: {CLAIM} ... @skip(if: $no) {{ b: {CLAIM} }} }}", {"no": True}, {"claims": 1}),
    ],
)
def test_each_selection_of_a_claim_is_counted(text: str, variables: dict[str, object], rated: dict[str, int]) -> None:
    """Every alias of a claim is a guess; what is not run is none."""
    assert plan(text, **variables).rated == rated


def test_an_answer_tells_what_it_cost() -> None:
    """A page that is not full costs what is on it."""
    one = plan("{ devices(first: 100) { totalCount nodes { id tags { key } } pageInfo { endCursor } } }")
    tagged = {"id": "a", "tags": [{"key": "k"}, {"key": "l"}]}
    answer = {
        "devices": {"totalCount": 2, "nodes": [tagged, {"id": "b", "tags": None}], "pageInfo": {"endCursor": "x"}}
    }

    assert one.requested_cost == 1 + 5 + 1 + 20 + 100 * (1 + 5 + 10)
    assert one.actual_cost(answer) == 1 + 5 + 1 + 20 + (1 + 5 + 2) + (1 + 5)
    assert (
        one.actual_cost({"devices": {"totalCount": 0, "nodes": [], "pageInfo": {"endCursor": None}}}) == 1 + 5 + 1 + 20
    )


def test_an_answer_without_data_cost_all() -> None:
    """Whoever makes the gateway fail gets nothing back."""
    assert plan("{ sources { name } }").actual_cost(None) == 1 + 4


def test_the_type_of_an_object_is_told_by_its_keys() -> None:
    """An answer of several types costs what each of them costs."""
    one = plan(
        "{ devices(first: 9) { nodes {"
        " ... on OneClickDevice { methods { methodName } } ... on AlexaDevice { room { name } }"
        " ... on Device { arn } } } }"
    )
    button = {"methods": [{"methodName": "m"}] * 3, "arn": "a"}
    echo = {"room": {"name": "r"}, "arn": "b"}

    assert one.actual_cost({"devices": {"nodes": [button, echo, echo]}}) == 1 + 5 + 1 + (1 + 5 + 3) + 2 * (1 + 5 + 1)


def test_ids_that_find_nothing_cost_nothing_but_the_reading() -> None:
    """`null` in a list is no object."""
    one = plan('{ nodes(ids: ["a", "b", "c"]) { id } }')

    assert one.actual_cost({"nodes": [None, {"id": "b"}, None]}) == 1 + 5 + 1


def test_a_known_document_costs_microseconds() -> None:
    """What does not depend on variables was added up when the document was read; what does is few steps."""
    text = "query ($n: Int) { devices(first: $n) { nodes { id name tags { key } events(first: 5) { nodes { id } } } } }"
    cost = DOCUMENTS.read(text).costs[None]
    spent = min(_cpu(lambda: cost.requested({"n": 100})) for _ in range(50))

    assert spent < 200e-6


def test_spreading_one_fragment_everywhere_is_read_once() -> None:
    """A document that leads through both types of device and all types of event, again and again, is soon read."""
    level = "id"
    for _ in range(3):
        events = " ".join(
            f"... on {one} {{ device {{ tags {{ key }} }} }}" for one in ("ClickEvent", "OtherDeviceEvent")
        )
        level = (
            f"... on AlexaDevice {{ room {{ id }} }} events(first: $n) {{ nodes {{ {events} device {{ {level} }} }} }}"
        )
    text = f'query ($n: Int) {{ node(id: "a") {{ ... on Device {{ {level} }} }} }}'
    spent = min(_cpu(lambda: Documents(SCHEMA, DocumentOptions()).read(text)) for _ in range(3))

    assert spent < 0.2
    assert requested(text, n=100) > 100**3


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
