"""One service down is not an outage: the rest is answered, and what is missing is named."""

from typing import Any

import pytest

from gateway.wire.errors import ServiceError
from tests.schema.graph import Graph
from tests.schema.makers import Maker, button, echo
from tests.schema.upstreams import BUTTONS, DOTS, ECHOES, KNOBS

pytestmark = pytest.mark.asyncio(loop_scope="session")

DOWN = ServiceError("InternalFailure", "the secret reason")
DEVICES = """query ($first: Int, $after: String, $last: Int, $before: String, $order: [DeviceOrder!]) {
  devices(first: $first, after: $after, last: $last, before: $before, orderBy: $order) {
    nodes { name } totalCount unavailableSources { name }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
BY_NAME = [{"field": "NAME"}]
UNAVAILABLE = {"code": "UPSTREAM_UNAVAILABLE"}


def break_source(graph: Graph, *names: str, operation: str | None = None, failure: ServiceError = DOWN) -> None:
    for place in (BUTTONS, ECHOES, KNOBS, DOTS):
        watched = graph.ways.watched
        service = watched.one_click if place.service is BUTTONS.service else watched.alexa
        if place.name in names:
            service.failing[place.region, operation] = failure


def mend(graph: Graph) -> None:
    graph.ways.watched.one_click.failing.clear()
    graph.ways.watched.alexa.failing.clear()


async def two_of_each(graph: Graph) -> None:
    """Two devices in each of the four sources, so named that an order by name goes round the sources."""
    maker = Maker(graph)
    await maker.buttons(button(1), button(5))
    await maker.buttons(button(3), button(7), place=KNOBS)
    await maker.echo(echo(2), "G030PM0000000002")
    await maker.echo(echo(6), "G030PM0000000006")
    await maker.echo(echo(4), "G030PM0000000004", place=DOTS)
    await maker.echo(echo(8), "G030PM0000000008", place=DOTS)


async def page(graph: Graph, **variables: object) -> tuple[list[int], list[str], dict[str, Any]]:
    """The numbers in the names, the sources that are missing, and the whole connection."""
    found = (await graph.data(DEVICES, **variables))["devices"]
    numbers = [int(node["name"][-2:]) for node in found["nodes"]]
    return numbers, [source["name"] for source in found["unavailableSources"]], found


@pytest.mark.parametrize("down", ["buttons", "echoes", "knobs", "dots"])
@pytest.mark.parametrize("order", [None, BY_NAME], ids=["in turn", "in order"])
async def test_what_the_others_answer_comes_back(wide_graph: Graph, down: str, order: object) -> None:
    """With one source down a page holds all of the others, names it, and has no total; backwards just the same."""
    await two_of_each(wide_graph)
    whole, _, _ = await page(wide_graph, first=20, order=order)
    missing = {"buttons": {1, 5}, "echoes": {2, 6}, "knobs": {3, 7}, "dots": {4, 8}}[down]
    break_source(wide_graph, down)
    for sizes in ({"first": 20}, {"last": 20}):
        numbers, unavailable, found = await page(wide_graph, order=order, **sizes)

        assert numbers == [number for number in whole if number not in missing]
        assert unavailable == [down]
        assert found["totalCount"] is None
        assert (found["pageInfo"]["hasNextPage"], found["pageInfo"]["hasPreviousPage"]) == (False, False)


@pytest.mark.parametrize("order", [None, BY_NAME], ids=["in turn", "in order"])
async def test_the_same_cursor_gives_what_was_missing(wide_graph: Graph, order: object) -> None:
    """Once the source answers again, the same cursor gives the page with nothing missing and nothing twice."""
    await two_of_each(wide_graph)
    whole, _, _ = await page(wide_graph, first=20, order=order)
    first, _, connection = await page(wide_graph, first=3, order=order)
    after = connection["pageInfo"]["endCursor"]
    break_source(wide_graph, "echoes", "knobs")
    _, unavailable, _ = await page(wide_graph, first=20, after=after, order=order)
    mend(wide_graph)
    rest, missing, _ = await page(wide_graph, first=20, after=after, order=order)

    assert sorted(unavailable) == ["echoes", "knobs"]
    assert first + rest == whole
    assert missing == []


async def test_in_an_order_what_was_missing_is_never_lost(wide_graph: Graph) -> None:
    """In an order, even the cursor of a page that lacked a source leads to all of that source later."""
    await two_of_each(wide_graph)
    break_source(wide_graph, "echoes")
    first, _, connection = await page(wide_graph, first=3, order=BY_NAME)
    mend(wide_graph)
    rest, _, _ = await page(wide_graph, first=20, after=connection["pageInfo"]["endCursor"], order=BY_NAME)

    assert first == [1, 3, 4]
    assert sorted(first + rest) == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_with_all_sources_down_a_page_says_so(wide_graph: Graph) -> None:
    """Nothing but the names of the sources is left, and that is still an answer."""
    await two_of_each(wide_graph)
    break_source(wide_graph, "buttons", "echoes", "knobs", "dots")
    for order in (None, BY_NAME):
        numbers, unavailable, found = await page(wide_graph, first=20, order=order)

        assert numbers == []
        assert sorted(unavailable) == ["buttons", "dots", "echoes", "knobs"]
        assert found["totalCount"] is None
        assert found["pageInfo"] == {
            "hasNextPage": False,
            "hasPreviousPage": False,
            "startCursor": None,
            "endCursor": None,
        }


@pytest.mark.parametrize("field", ["users", "rooms", "users(orderBy: [{ field: EMAIL }])"])
async def test_users_and_rooms_of_the_others_come_back(wide_graph: Graph, field: str) -> None:
    """One Alexa source down: the users and rooms of the other are there, and it is named."""
    maker = Maker(wide_graph)
    await maker.user("u1")
    await maker.user("u2", place=DOTS)
    await maker.room("Lobby")
    await maker.room("Lobby", place=DOTS)
    break_source(wide_graph, "echoes")
    document = f"{{ {field} {{ nodes {{ source {{ name }} }} totalCount unavailableSources {{ name }} }} }}"
    [found] = (await wide_graph.data(document)).values()

    assert found["nodes"] == [{"source": {"name": "dots"}}]
    assert found["unavailableSources"] == [{"name": "echoes"}]
    assert found["totalCount"] is None


async def test_a_count_that_fails_is_null_at_its_path(graph: Graph) -> None:
    """The page is whole; only its total cannot be told, and the error names the source."""
    await two_of_each_in_two(graph)
    if graph.over_aws:
        pytest.skip("over AWS a list and its count are one operation")
    break_source(graph, "echoes", operation="CountDevices")
    body = await graph.run(DEVICES, first=20)

    found = body["data"]["devices"]
    assert [int(node["name"][-2:]) for node in found["nodes"]] == [1, 5, 2, 6]
    assert (found["unavailableSources"], found["totalCount"]) == ([], None)
    assert [(one["path"], one["extensions"]) for one in body["errors"]] == [
        (["devices", "totalCount"], {**UNAVAILABLE, "source": "echoes"})
    ]


async def test_a_count_names_the_source_that_its_page_did_not_need(graph: Graph) -> None:
    """A page that is full before it comes to a source that is down lacks nothing, and its total names that source."""
    await two_of_each_in_two(graph)
    break_source(graph, "echoes")
    body = await graph.run("{ devices(first: 1) { nodes { name } totalCount unavailableSources { name } } }")

    assert body["data"]["devices"] == {"nodes": [{"name": button(1)}], "totalCount": None, "unavailableSources": []}
    assert [(one["path"], one["extensions"]) for one in body["errors"]] == [
        (["devices", "totalCount"], {**UNAVAILABLE, "source": "echoes"})
    ]


async def two_of_each_in_two(graph: Graph) -> list[str]:
    """Two buttons and two Echo devices in a room; return the Echo devices' ARNs."""
    maker = Maker(graph)
    await maker.buttons(button(1), button(5), enabled=True)
    arns = [await maker.echo(echo(number), f"G030PM000000000{number}") for number in (2, 6)]
    await maker.room("Lobby", *arns)
    return arns


async def nested(graph: Graph, fields: str) -> tuple[list[Any], dict[tuple[Any, ...], dict[str, Any]]]:
    """The devices with these fields, and the extensions of the errors by their paths."""
    body = await graph.run(f"{{ devices {{ nodes {{ name {fields} }} }} }}")
    found = {tuple(one["path"]): one["extensions"] for one in body.get("errors", [])}
    assert all("secret" not in one["message"] for one in body.get("errors", []))
    return body["data"]["devices"]["nodes"], found


async def test_tags_that_cannot_be_read_are_null_at_their_path(graph: Graph) -> None:
    """The tags of Echo devices fail: each is null with its error, buttons have theirs, and the page stays."""
    await two_of_each_in_two(graph)
    break_source(graph, "echoes", operation="ListTags")
    nodes, errors = await nested(graph, "tags { key }")

    assert [node["tags"] for node in nodes] == [[], [], None, None]
    assert errors == {("devices", "nodes", index, "tags"): {**UNAVAILABLE, "source": "echoes"} for index in (2, 3)}


async def test_events_that_cannot_be_read_are_null_at_their_path(graph: Graph) -> None:
    """The events of one service fail: null with an error each, the other service's are there."""
    await two_of_each_in_two(graph)
    await Maker(graph).press(button(1))
    for operation in ("QueryDeviceEvents", "ListDeviceEvents"):
        break_source(graph, "echoes", operation=operation)
    nodes, errors = await nested(graph, "events { nodes { id } }")

    assert [node["events"] and len(node["events"]["nodes"]) for node in nodes] == [1, 0, None, None]
    assert set(errors) == {("devices", "nodes", index, "events") for index in (2, 3)}


async def test_methods_that_cannot_be_read_are_null_at_their_path(graph: Graph) -> None:
    """The methods of buttons fail: null with an error each."""
    await two_of_each_in_two(graph)
    break_source(graph, "buttons", operation="GetDeviceMethods")
    nodes, errors = await nested(graph, "... on OneClickDevice { methods { methodName } }")

    assert [node["methods"] for node in nodes[:2]] == [None, None]
    assert errors == {("devices", "nodes", index, "methods"): {**UNAVAILABLE, "source": "buttons"} for index in (0, 1)}


async def test_a_room_that_cannot_be_read_is_null_at_its_path(graph: Graph) -> None:
    """Where a list does not tell the room's name and the room cannot be asked for, the room is null with an error."""
    arn = "arn:aws:a4b:us-east-1:123456789012:room/0/1"
    await Maker(graph).echo(echo(1), room_arn=arn)
    gone, no_errors = await nested(graph, "... on AlexaDevice { room { name } }")
    break_source(graph, "echoes", operation="GetRoom")
    nodes, errors = await nested(graph, "... on AlexaDevice { room { name } }")

    assert (gone, no_errors) == ([{"name": echo(1), "room": None}], {})
    assert nodes == gone
    assert errors == {("devices", "nodes", 0, "room"): {**UNAVAILABLE, "source": "echoes"}}


async def test_a_rooms_devices_name_their_source(graph: Graph) -> None:
    """The devices of a room are a connection like any other: with its source down it is empty and says so."""
    await two_of_each_in_two(graph)
    for operation in ("QueryDevices", "SearchDevices"):
        break_source(graph, "echoes", operation=operation)
    found = await graph.data("{ rooms { nodes { devices { nodes { id } unavailableSources { name } } } } }")

    assert found["rooms"]["nodes"] == [{"devices": {"nodes": [], "unavailableSources": [{"name": "echoes"}]}}]


async def test_a_node_whose_source_is_down_is_null_with_its_error(graph: Graph) -> None:
    """`node` is null with UPSTREAM_UNAVAILABLE, and of `nodes` only those of that source are."""
    await two_of_each_in_two(graph)
    await Maker(graph).user("jo")
    found = await graph.data("{ devices { nodes { id } } rooms { nodes { id } } users { nodes { id } } }")
    ids = [node["id"] for connection in found.values() for node in connection["nodes"]]
    break_source(graph, "echoes")
    body = await graph.run("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)

    assert [node and node["id"] for node in body["data"]["nodes"]] == [*ids[:2], None, None, None, None]
    assert {tuple(one["path"]): one["extensions"] for one in body["errors"]} == {
        ("nodes", index): {**UNAVAILABLE, "source": "echoes"} for index in (2, 3, 4, 5)
    }
    for node_id in ids[2:]:
        body = await graph.run("query ($id: ID!) { node(id: $id) { id } }", id=node_id)
        [told] = body["errors"]

        assert (body["data"], told["path"]) == ({"node": None}, ["node"])
        assert told["extensions"] == {**UNAVAILABLE, "source": "echoes"}


async def test_a_device_is_found_although_another_source_is_down(wide_graph: Graph) -> None:
    """`device` answers from the source that has it; where none of the others does, it cannot tell and says so."""
    await two_of_each(wide_graph)
    break_source(wide_graph, "buttons")
    document = "query ($deviceId: String!) { device(by: { deviceId: $deviceId }) { name } }"
    found = await wide_graph.data(document, deviceId=button(3))
    error = await wide_graph.refusal(document, deviceId=button(1))

    assert found == {"device": {"name": button(3)}}
    assert (error["code"], error["source"], error["path"]) == ("UPSTREAM_UNAVAILABLE", "buttons", ["device"])


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("InternalFailure", "UPSTREAM_UNAVAILABLE"),
        ("ThrottlingException", "UPSTREAM_THROTTLED"),
        ("RequestTimeout", "UPSTREAM_TIMEOUT"),
        ("AccessDeniedException", "UPSTREAM_UNAVAILABLE"),
    ],
)
async def test_each_failure_has_its_code(graph: Graph, code: str, told: str) -> None:
    """A service that is down, throttles, is slow or does not accept the gateway has a code of its own."""
    await two_of_each_in_two(graph)
    [device, *_] = (await graph.data("{ devices { nodes { id } } }"))["devices"]["nodes"]
    break_source(graph, "buttons", failure=ServiceError(code, "the secret reason"))
    error = await graph.refusal("query ($id: ID!) { node(id: $id) { id } }", id=device["id"])
    _, unavailable, _ = await page(graph, first=20)

    assert (error["code"], error["source"]) == (told, "buttons")
    assert "secret" not in error["message"]
    assert unavailable == ["buttons"]


async def test_sources_tell_whether_they_are_available(wide_graph: Graph) -> None:
    """A source that is down only says no; the embedded services are there as long as the gateway is."""
    await two_of_each(wide_graph)
    await page(wide_graph, first=20)  # over connections that are still open, because a check has one attempt
    break_source(wide_graph, "knobs", "echoes")
    there = not wide_graph.over_aws
    found = await wide_graph.data("{ sources { name service region available } }")

    assert found["sources"] == [
        {"name": "buttons", "service": "ONE_CLICK", "region": "us-west-2", "available": True},
        {"name": "echoes", "service": "ALEXA_FOR_BUSINESS", "region": "us-east-1", "available": there},
        {"name": "knobs", "service": "ONE_CLICK", "region": "eu-west-1", "available": there},
        {"name": "dots", "service": "ALEXA_FOR_BUSINESS", "region": "eu-west-1", "available": True},
    ]
