"""The graph as a subgraph of Apollo Federation: what other subgraphs refer to is found."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from graphql import build_schema

from gateway.schema.schema import make_schema
from gateway.services.context import ServiceContext
from tests.clock import Clock
from tests.schema.graph import SCHEMA, Graph, open_graph
from tests.schema.makers import Maker, button, echo
from tests.schema.test_node import EVERYTHING, WHOLE, make
from tests.schema.upstreams import BUTTONS, ECHOES, Ways

pytestmark = pytest.mark.asyncio(loop_scope="session")

SUBGRAPH = make_schema(federation=True)
ENTITIES = "query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename %s } }"
IDS = ENTITIES % "... on Node { id }"


@pytest_asyncio.fixture(loop_scope="session")
async def subgraph(ways: Ways, way: str, context: ServiceContext, clock: Clock) -> AsyncIterator[Graph]:
    async with open_graph(ways, way, context, clock, [BUTTONS, ECHOES], schema=SUBGRAPH) as opened:
        yield opened


async def representations(graph: Graph) -> list[dict[str, str]]:
    """One of each type of entity."""
    await make(Maker(graph))
    found = await graph.data(
        "{ devices { nodes { __typename id } } users { nodes { __typename id } } rooms { nodes { __typename id } } }"
    )
    return [node for connection in found.values() for node in connection["nodes"]]


async def test_an_entity_is_what_its_id_stands_for(subgraph: Graph) -> None:
    """Whatever another subgraph knows by type and id is given field for field as a list gives it."""
    known = await representations(subgraph)
    found = await subgraph.data(ENTITIES % f"... on Node {{ {WHOLE} }}", representations=known)
    listed = await subgraph.data(EVERYTHING)

    assert [one["__typename"] for one in found["_entities"]] == ["OneClickDevice", "AlexaDevice", "User", "Room"]
    assert found["_entities"] == [node for connection in listed.values() for node in connection["nodes"]]


async def test_a_device_is_found_by_its_interface(subgraph: Graph) -> None:
    """A subgraph that knows no types of devices refers to a Device, and is told which it is."""
    ids = [one["id"] for one in await representations(subgraph)][:2]
    found = await subgraph.data(IDS, representations=[{"__typename": "Device", "id": one} for one in ids])

    assert [one["__typename"] for one in found["_entities"]] == ["OneClickDevice", "AlexaDevice"]
    assert [one["id"] for one in found["_entities"]] == ids


async def test_entities_keep_order_and_length(subgraph: Graph) -> None:
    """Duplicates are given twice, and what is gone is null in its place."""
    first, _, user, _ = await representations(subgraph)
    await Maker(subgraph).remove_button(button(1))
    found = await subgraph.data(IDS, representations=[user, first, user])

    assert found["_entities"] == [user, None, user]


MALFORMED: dict[str, Any] = {
    "no object": "x",
    "a number": 7,
    "a list": [],
    "empty": {},
    "no type": {"id": "x"},
    "no id": {"__typename": "Room"},
    "null": {"__typename": "Room", "id": None},
    "a type of ours that is no entity": {"__typename": "Tag", "id": "x"},
    "an unknown type": {"__typename": "__proto__", "id": "x"},
    "a type that is none": {"__typename": {}, "id": "x"},
    "an id of nobody's": {"__typename": "Room", "id": "é\x00"},
    "an id that is none": {"__typename": "Room", "id": {"a": []}},
}


@pytest.mark.parametrize("representation", MALFORMED.values(), ids=MALFORMED)
async def test_a_malformed_representation_is_null(subgraph: Graph, representation: object) -> None:
    """It is null and BAD_USER_INPUT; what is asked for beside it is given, and nothing is asked of a service for it."""
    user = (await representations(subgraph))[2]
    subgraph.reached()
    alone = await subgraph.run(IDS, representations=[representation])
    reached = subgraph.reached()
    beside = await subgraph.run(IDS, representations=[user, representation])

    assert (alone["data"], reached) == ({"_entities": [None]}, [])
    assert beside["data"] == {"_entities": [user, None]}
    [error] = beside["errors"]
    assert error["path"] == ["_entities", 1]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": "representations"}


async def test_an_id_of_another_type_is_refused(subgraph: Graph) -> None:
    """A representation whose id is not of its type is null and BAD_USER_INPUT, in a document's own words too."""
    _, echoed, user, _ = await representations(subgraph)
    mixed = [{**user, "__typename": "Room"}, {**user, "__typename": "Device"}, {**echoed, "__typename": "User"}]
    written = ", ".join(f'{{ __typename: "{one["__typename"]}", id: "{one["id"]}" }}' for one in mixed)
    answer = await subgraph.run(f"{{ _entities(representations: [{written}]) {{ __typename }} }}")

    assert answer["data"] == {"_entities": [None, None, None]}
    assert [error["message"] for error in answer["errors"]] == [
        f"This is not the id of a {one['__typename']}." for one in mixed
    ]


async def test_entities_are_read_together(subgraph: Graph) -> None:
    """However many representations there are, each service is asked once for all of its kind."""
    maker = Maker(subgraph)
    await maker.buttons(*map(button, range(1, 31)))
    await maker.room("Lobby", *[await maker.echo(echo(number)) for number in range(1, 11)])
    devices = (await subgraph.data("{ devices(first: 40) { nodes { __typename id } } }"))["devices"]["nodes"]
    subgraph.reached()
    found = await subgraph.data(IDS, representations=[*devices, *devices])
    described = [count for _, operation, count in subgraph.reached() if operation == "DescribeDevice"]

    assert found["_entities"] == [*devices, *devices]
    assert described == [1] * 30 if subgraph.over_aws else [30]


async def test_there_are_at_most_so_many_representations(subgraph: Graph) -> None:
    """More than a thousand are refused, and no service is asked."""
    answer = await subgraph.refusal(IDS, representations=[{}] * 1001)

    assert (answer["code"], answer["argument"]) == ("BAD_USER_INPUT", "representations")
    assert subgraph.reached() == []


async def test_representations_are_what_the_request_costs(subgraph: Graph) -> None:
    """The cost is known from how many there are, before anything is read; too many are refused by it."""
    document = ENTITIES % "... on AlexaDevice { tags { key } }"
    body = {"query": document, "extensions": {"cost": True}}
    costs = []
    for count in (1, 10, 900):
        sent = await subgraph.client.post("/graphql", json=body | {"variables": {"representations": [{}] * count}})
        answer = sent.json()
        costs.append(answer["extensions"]["cost"]["requested"] if "extensions" in answer else answer["errors"][0])
    refused = await subgraph.refusal(
        ENTITIES % "... on AlexaDevice { events(first: 100) { nodes { id } } }", representations=[{}] * 900
    )

    assert costs == [6 + 16, 6 + 10 * 16, 6 + 900 * 16]
    assert refused["code"] == "COST_LIMIT_EXCEEDED"
    assert subgraph.reached() == []


async def test_the_sdl_is_a_schema_with_keys(subgraph: Graph) -> None:
    """`_service` tells the whole graph with its keys, and none of the fields that are for routers only."""
    sdl = (await subgraph.data("{ _service { sdl } }"))["_service"]["sdl"]

    for keyed in ("interface Device", "type OneClickDevice", "type AlexaDevice", "type Room", "type User"):
        [line] = [line for line in sdl.splitlines() if line.startswith(f"{keyed} ")]
        assert '@key(fields: "id")' in line
    assert not any(name in sdl for name in ("_entities", "_service", "_Any", "_Entity", "_Service"))
    assert "directive @cost" not in sdl


async def test_by_default_it_is_no_subgraph(graph: Graph) -> None:
    """Where the setting is off there is no trace of federation: neither fields, nor types, nor directives."""
    assert (await graph.refusal("{ _service { sdl } }"))["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert "data" not in await graph.run(IDS, representations=[])
    printed = SCHEMA.as_str()
    added = SUBGRAPH.as_str()
    assert not any(word in printed for word in ("_Any", "_Entity", "_Service", "@key", "@shareable", "@link"))
    assert set(build_schema(added).type_map) - set(build_schema(printed).type_map) == {"_Any", "_Entity", "_Service"}
