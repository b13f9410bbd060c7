"""Global object identification: what an id promises."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pytest

from gateway.model.ids import GlobalId, NodeKind
from gateway.model.tenant import Tenant
from gateway.store.alexa_devices import NewAlexaDevice, add_device
from tests.schema.graph import Graph
from tests.schema.makers import ECHO_TYPE, Maker, button, button_arn, echo
from tests.schema.upstreams import ECHOES, Place

pytestmark = pytest.mark.asyncio(loop_scope="session")

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"

DEVICE = """
  __typename id
  ... on Device { arn name type service source { name } tags { key value } events { nodes { id timestamp raw } } }
  ... on OneClickDevice {
    deviceId enabled remainingLife attributes { key value } methods { deviceType methodName }
  }
  ... on AlexaDevice {
    serialNumber softwareVersion macAddress status statusDetails { code feature } connectionStatus
    connectionStatusUpdatedAt createdAt room { id name }
  }
"""
ROOM = "__typename id ... on Room { arn name source { name } devices { nodes { id } } }"
USER = """
  __typename id ... on User { arn source { name } firstName lastName email enrollmentStatus enrollmentId }
"""
WHOLE = DEVICE + ROOM + USER
EVERYTHING = f"{{ devices {{ nodes {{ {DEVICE} }} }} users {{ nodes {{ {USER} }} }} rooms {{ nodes {{ {ROOM} }} }} }}"


async def make(maker: Maker) -> None:
    """One of each type, with everything that can be told of it."""
    await maker.buttons(button(1), enabled=True)
    await maker.tag_button(button(1), Name="Türglocke", floor="3")
    await maker.press(button(1))
    arn = await maker.echo(echo(1), "Küche", software_version="8.1", mac_address="00:11:22:33:44:55")
    await maker.tag_alexa(arn, team="ä")
    await maker.room("Lobby", arn)
    await maker.alexa(ECHOES, "StartDeviceSync", DeviceArn=arn, Features=["ALL"])
    await maker.user("jo", FirstName="Zoë", LastName="Ångström", Email="jo@example.com")


async def every_node(graph: Graph) -> list[dict[str, Any]]:
    await make(Maker(graph))
    found = await graph.data(EVERYTHING)
    return [node for connection in found.values() for node in connection["nodes"]]


async def test_an_id_refetches_the_identical_object(graph: Graph) -> None:
    """Whatever a list gave is given again, field for field, by the id that it came with."""
    nodes = await every_node(graph)
    again = await graph.data(
        f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {WHOLE} }} }}", ids=[one["id"] for one in nodes]
    )

    assert [node["__typename"] for node in nodes] == ["OneClickDevice", "AlexaDevice", "User", "Room"]
    assert again["nodes"] == nodes
    for node in nodes:
        one = await graph.data(f"query ($id: ID!) {{ node(id: $id) {{ {WHOLE} }} }}", id=node["id"])
        assert one["node"] == node


async def test_one_response_never_contradicts_itself(graph: Graph) -> None:
    """The same device in a list, by its id and in its room is the same, field for field, in one response."""
    await make(Maker(graph))
    listed = await graph.data("{ devices { nodes { id } } }")
    ids = [node["id"] for node in listed["devices"]["nodes"]]
    document = f"""query ($ids: [ID!]!) {{
      nodes(ids: $ids) {{ {WHOLE} }}
      devices {{ nodes {{ {DEVICE} }} }}
      device(by: {{ serialNumber: "{echo(1)}" }}) {{ {DEVICE} }}
      rooms {{ nodes {{ devices {{ nodes {{ {DEVICE} }} }} }} }}
    }}"""
    found = await graph.data(document, ids=ids)

    assert found["nodes"] == found["devices"]["nodes"]
    assert found["device"] == found["nodes"][1]
    assert found["rooms"]["nodes"][0]["devices"]["nodes"] == [found["nodes"][1]]


async def test_nodes_keeps_order_length_and_duplicates(graph: Graph) -> None:
    """A plural fetch answers each id in its place: twice where it was asked twice, null where it is gone."""
    ids = [node["id"] for node in await every_node(graph)]
    gone = GlobalId(NodeKind.ONE_CLICK_DEVICE, "buttons", button(9)).encode()
    asked = [ids[3], gone, *ids, ids[0]]
    found = await graph.data(NODES, ids=asked)

    assert [node and node["id"] for node in found["nodes"]] == [ids[3], None, *ids, ids[0]]
    assert (await graph.data(NODES, ids=[]))["nodes"] == []


async def test_what_is_gone_is_null(graph: Graph) -> None:
    """An id outlives its object, and then finds nothing, without an error."""
    maker = Maker(graph)
    nodes = {node["__typename"]: node for node in await every_node(graph)}
    await maker.remove_button(button(1))
    await maker.remove_echo(nodes["AlexaDevice"]["arn"])
    await maker.remove_room(nodes["Room"]["arn"])
    await maker.remove_user(nodes["User"]["arn"], nodes["User"]["enrollmentId"])
    for node in nodes.values():
        assert (await graph.data(NODE, id=node["id"])) == {"node": None}


def _ids_of_nothing() -> list[str]:
    """Well formed ids of what is not there, was made up, or is of another kind."""
    keys = ["", button(7), "..", "a/b", "\N{BELL}", "x" * 500, button_arn(button(7)), "arn:aws:a4b:::device/1/2:3", "ä"]
    made_up = [GlobalId(kind, source, key) for kind in NodeKind for source in ("buttons", "echoes") for key in keys]
    return [one.encode() for one in [*made_up, GlobalId(NodeKind.ROOM, "no such source", "x")]]


async def test_an_id_of_nothing_is_null(graph: Graph) -> None:
    """A well formed id finds nothing where there is nothing, whatever key it holds, and that is no error."""
    for one in _ids_of_nothing():
        assert (await graph.run(NODE, id=one)) == {"data": {"node": None}}, urlsafe_b64decode(one + "==")


@pytest.mark.parametrize("kind", list(NodeKind))
async def test_nobody_elses_is_found(graph: Graph, kind: NodeKind) -> None:
    """What another account or region has is null, even by its exact key."""
    maker = Maker(graph)
    neighbour = Tenant("210987654321", "us-east-1")
    watched = graph.ways.watched
    await maker.manufacture([button(1)], code="C-NEIGHBOUR")
    await watched.one_click.service.call(neighbour, "ClaimDevicesByClaimCode", {"ClaimCode": "C-NEIGHBOUR"})
    room = await watched.alexa.service.call(neighbour, "CreateRoom", {"RoomName": "R"})
    user = await watched.alexa.service.call(neighbour, "CreateUser", {"UserId": "u"})
    elsewhere = Place("elsewhere", ECHOES.service, "eu-west-1")
    key = {
        NodeKind.ONE_CLICK_DEVICE: button(1),
        NodeKind.ALEXA_DEVICE: await maker.echo(echo(1), place=elsewhere),
        NodeKind.ROOM: room["RoomArn"],
        NodeKind.USER: user["UserArn"],
    }[kind]
    source = "buttons" if kind is NodeKind.ONE_CLICK_DEVICE else "echoes"

    assert await graph.data(NODE, id=GlobalId(kind, source, key).encode()) == {"node": None}


def _sealed(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


MALFORMED = {
    "empty": "",
    "text": "no id",
    "not base64": "&&&&",
    "padded": GlobalId(NodeKind.ROOM, "echoes", "xy").encode() + "=",
    "of another version": _sealed('[2,"1","buttons","x"]'),
    "of no kind": _sealed('[1,"z","buttons","x"]'),
    "too short": _sealed('[1,"1","buttons"]'),
    "too long": _sealed('[1,"1","buttons","x","y"]'),
    "a number for a key": _sealed('[1,"1","buttons",7]'),
    "with a space in it": _sealed('[1, "1","buttons","x"]'),
    "an object": _sealed('{"a":1}'),
    "nested deeply": _sealed("[" * 2000),
    "not UTF-8": urlsafe_b64encode(b"\xff\xfe[1]").decode().rstrip("="),
    "a lone surrogate": _sealed('[1,"1","buttons","\\ud800"]'),
    "long": "A" * 50_000,
}


@pytest.mark.parametrize("malformed", MALFORMED.values(), ids=MALFORMED.keys())
async def test_a_malformed_id_is_null_and_told(graph: Graph, malformed: str) -> None:
    """What this gateway never gave out is null with BAD_USER_INPUT that names the argument, and nobody is asked."""
    body = await graph.run(NODE, id=malformed)
    [error] = body["errors"]

    assert body["data"] == {"node": None}
    assert error["path"] == ["node"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": "id"}
    assert error["message"] == "This is not an id that this gateway gave out."
    assert graph.reached() == []


async def test_among_many_only_the_malformed_one_is_told(graph: Graph) -> None:
    """A malformed id among good ones is null with an error at its place; the others are answered."""
    await Maker(graph).buttons(button(1))
    good = GlobalId(NodeKind.ONE_CLICK_DEVICE, "buttons", button(1)).encode()
    body = await graph.run(NODES, ids=[good, "bad", good])
    [error] = body["errors"]

    assert [node and node["id"] for node in body["data"]["nodes"]] == [good, None, good]
    assert error["path"] == ["nodes", 1]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": "ids"}


async def test_at_most_a_page_of_ids_is_asked_for(graph: Graph) -> None:
    """More ids than the page maximum are refused before anyone is asked."""
    ids = [GlobalId(NodeKind.ONE_CLICK_DEVICE, "buttons", button(number)).encode() for number in range(101)]
    error = await graph.refusal(NODES, ids=ids)

    assert (error["code"], error["argument"]) == ("BAD_USER_INPUT", "ids")
    assert graph.reached() == []
    assert (await graph.data(NODES, ids=ids[:100]))["nodes"] == [None] * 100


@pytest.mark.parametrize("field", ["devices", "users", "rooms"])
async def test_an_id_is_the_same_in_every_response(graph: Graph, field: str) -> None:
    """Ids are stable: asked again, after something changed, each object has the id that it had."""
    maker = Maker(graph)
    await make(maker)
    before = await graph.data(f"{{ {field} {{ nodes {{ id }} }} }}")
    await maker.tag_button(button(1), Name="another name")
    arn = next(iter((await graph.data("{ rooms { nodes { arn } } }"))["rooms"]["nodes"]))["arn"]
    await maker.alexa(ECHOES, "UpdateRoom", RoomArn=arn, RoomName="renamed")

    assert await graph.data(f"{{ {field} {{ nodes {{ id }} }} }}") == before


async def test_an_echo_whose_arn_tells_no_serial_number_is_found(graph: Graph) -> None:
    """A device whose ARN was written in another form is refetched by its id like any other."""
    arn = "arn:aws:a4b:us-east-1:123456789012:device/0123"
    await _import_echo(graph, arn)
    [listed] = (await graph.data(f"{{ devices {{ nodes {{ {DEVICE} }} }} }}"))["devices"]["nodes"]
    found = await graph.data(f"query ($id: ID!) {{ node(id: $id) {{ {WHOLE} }} }}", id=listed["id"])

    assert listed["arn"] == arn
    assert found["node"] == listed


async def _import_echo(graph: Graph, arn: str) -> None:
    device = NewAlexaDevice(arn, echo(1), ECHO_TYPE)
    await graph.context.database.write(lambda connection: add_device(connection, ECHOES.tenant, device, 0))
