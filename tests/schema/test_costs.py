"""What a query asks of the services: once for a page, once more for what is selected, nothing for what is not."""

import pytest

from tests.schema.graph import Graph
from tests.schema.makers import Maker, button, echo
from tests.schema.upstreams import BUTTONS, ECHOES
from tests.schema.watched import Reached
from tests.store.statements import statements

pytestmark = pytest.mark.asyncio(loop_scope="session")

WEST, EAST = BUTTONS.region, ECHOES.region


async def fleet(graph: Graph) -> None:
    """Three buttons, and two Echo devices in a room."""
    maker = Maker(graph)
    await maker.buttons(button(1), button(2), button(3))
    await maker.room("Lobby", await maker.echo(echo(1)), await maker.echo(echo(2)))


async def asked(graph: Graph, document: str, **variables: object) -> list[Reached]:
    graph.reached()
    await graph.data(document, **variables)
    return graph.reached()


def listing(graph: Graph) -> list[Reached]:
    """What a page of both sources costs, and no more."""
    if graph.over_aws:
        return [(EAST, "SearchDevices", 1), (WEST, "ListDevices", 1)]
    return [(EAST, "QueryDevices", 1), (WEST, "QueryDevices", 1)]


def plural(graph: Graph, region: str, operation: str, count: int) -> list[Reached]:
    """One batched step: one call in process, a fan-out over AWS."""
    return [(region, operation, 1)] * count if graph.over_aws else [(region, operation, count)]


FREE = """
  id arn name type service source { name region }
  ... on OneClickDevice { deviceId enabled remainingLife attributes { key } tags { key } }
  ... on AlexaDevice { serialNumber softwareVersion macAddress status statusDetails { code } connectionStatus
                       connectionStatusUpdatedAt createdAt room { id name arn source { name } } }
"""


async def test_a_page_is_one_call_a_source(graph: Graph) -> None:
    """All that a list tells of its devices, the room's name and a button's tags included, is one call a source."""
    await fleet(graph)
    document = f"{{ devices {{ edges {{ cursor node {{ {FREE} }} }} pageInfo {{ startCursor endCursor }} }} }}"

    assert await asked(graph, document) == listing(graph)


async def test_a_source_that_a_page_does_not_reach_is_not_asked(graph: Graph) -> None:
    """A page that the first source fills leaves the next one alone."""
    await fleet(graph)
    operation = "ListDevices" if graph.over_aws else "QueryDevices"

    assert await asked(graph, "{ devices(first: 2) { nodes { id } } }") == [(WEST, operation, 1)]
    assert await asked(graph, "{ devices(first: 0) { nodes { id } } }") == []


async def test_a_look_ahead_is_made_only_where_it_is_selected(graph: Graph) -> None:
    """Whether there is a next page costs a call only where it is selected and the page does not tell it."""
    await fleet(graph)
    operation = "ListDevices" if graph.over_aws else "QueryDevices"
    flag = "{ devices(first: 2) { nodes { id } pageInfo { hasNextPage } } }"
    other = "{ devices(first: 2) { nodes { id } pageInfo { hasPreviousPage } } }"

    assert await asked(graph, flag) == [(WEST, operation, 1)] * (2 if graph.over_aws else 1)
    assert await asked(graph, other) == [(WEST, operation, 1)]


async def test_tags_of_echo_devices_are_one_step_for_a_page(graph: Graph) -> None:
    """The tags of all Echo devices of a page are asked for together; a button's came with the list."""
    await fleet(graph)
    document = "{ devices { nodes { tags { key } } } }"

    assert await asked(graph, document) == sorted(listing(graph) + plural(graph, EAST, "ListTags", 2))


async def test_methods_are_one_step_for_a_page(graph: Graph) -> None:
    """The methods of all buttons of a page are asked for together."""
    await fleet(graph)
    document = "{ devices { nodes { ... on OneClickDevice { methods { methodName } } } } }"

    assert await asked(graph, document) == sorted(listing(graph) + plural(graph, WEST, "GetDeviceMethods", 3))


async def test_events_are_one_step_for_a_page(graph: Graph) -> None:
    """The events of all devices of a source are asked for together; their device is not asked for again."""
    await fleet(graph)
    document = "{ devices { nodes { events(first: 5) { nodes { device { name } } } } } }"
    operation = "ListDeviceEvents" if graph.over_aws else "QueryDeviceEvents"
    steps = plural(graph, WEST, operation, 3) + plural(graph, EAST, operation, 2)

    assert await asked(graph, document) == sorted(listing(graph) + steps)


async def test_a_room_is_asked_for_only_where_the_list_did_not_tell_it(graph: Graph) -> None:
    """Rooms that the list did not name are asked for together, each once."""
    maker = Maker(graph)
    await maker.buttons(button(1))
    for number in (1, 2):
        await maker.echo(echo(number), room_arn="arn:aws:a4b:us-east-1:123456789012:room/0/1")
    document = "{ devices { nodes { ... on AlexaDevice { room { name } } } } }"

    assert await asked(graph, document) == sorted([*listing(graph), (EAST, "GetRoom", 1)])


async def test_a_total_is_counted_only_where_it_is_selected(graph: Graph) -> None:
    """A totalCount is one call a source more."""
    await fleet(graph)
    counting = listing(graph) if graph.over_aws else [(EAST, "CountDevices", 1), (WEST, "CountDevices", 1)]

    assert await asked(graph, "{ devices { nodes { id } totalCount } }") == sorted(listing(graph) + counting)


async def test_one_device_is_one_call(graph: Graph) -> None:
    """`node` and `device` ask the one source that can know, once."""
    await fleet(graph)
    nodes = (await graph.data("{ devices { nodes { id } } }"))["devices"]["nodes"]
    document = f"query ($id: ID!) {{ node(id: $id) {{ ... on Device {{ {FREE} }} }} }}"
    by_arn = "SearchDevices" if graph.over_aws else "GetDeviceData"

    assert await asked(graph, document, id=nodes[0]["id"]) == [(WEST, "DescribeDevice", 1)]
    assert await asked(graph, document, id=nodes[4]["id"]) == [(EAST, by_arn, 1)]
    serial = f'{{ device(by: {{ serialNumber: "{echo(1)}" }}) {{ name }} }}'
    operation = "SearchDevices" if graph.over_aws else "QueryDevices"
    assert await asked(graph, serial) == [(EAST, operation, 1)]


async def test_many_nodes_are_one_step_a_source(graph: Graph) -> None:
    """The same device asked for twice is asked of its service once; all of a source together."""
    await fleet(graph)
    ids = [node["id"] for node in (await graph.data("{ devices { nodes { id } } }"))["devices"]["nodes"]]
    document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    echoes = [(EAST, "SearchDevices", 1)] if graph.over_aws else [(EAST, "GetDeviceData", 2)]

    assert await asked(graph, document, ids=[*ids, *ids]) == sorted(plural(graph, WEST, "DescribeDevice", 3) + echoes)


async def test_what_a_list_told_is_not_asked_again(graph: Graph) -> None:
    """In one request a device of a list is known."""
    await fleet(graph)
    document = "{ rooms { nodes { devices { nodes { name room: id } } } } }"
    operation, rooms = ("SearchDevices", "SearchRooms") if graph.over_aws else ("QueryDevices", "QueryRooms")

    assert await asked(graph, document) == [(EAST, operation, 1), (EAST, rooms, 1)]


async def test_the_devices_of_rooms_are_one_statement(graph: Graph) -> None:
    """In process; forwards and backwards, each room has its own, as it has when it is asked for alone."""
    maker = Maker(graph)
    for name, numbers in (("Lobby", (3, 1, 5)), ("Kitchen", (2, 4)), ("Attic", ())):
        await maker.room(name, *[await maker.echo(echo(number)) for number in numbers])
    for direction, lobby in (("first", [1, 3]), ("last", [3, 5])):
        nodes = "nodes { ... on AlexaDevice { serialNumber } }"
        page_info = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
        devices = f"devices({direction}: 2) {{ {nodes} {page_info} }}"
        graph.reached()
        with statements(graph.context.database) as done:
            rooms = (await graph.data(f"{{ rooms {{ nodes {{ id name {devices} }} }} }}"))["rooms"]["nodes"]
        found = {room["name"]: [node["serialNumber"] for node in room["devices"]["nodes"]] for room in rooms}

        assert found == {"Attic": [], "Kitchen": [echo(2), echo(4)], "Lobby": [echo(number) for number in lobby]}
        if not graph.over_aws:
            assert graph.reached() == [(EAST, "QueryDevices", 3), (EAST, "QueryRooms", 1)]
            assert len(done) == 2
        for room in rooms:
            document = f"query ($id: ID!) {{ node(id: $id) {{ ... on Room {{ {devices} }} }} }}"
            by_itself = await graph.data(document, id=room["id"])
            assert by_itself["node"]["devices"] == room["devices"]


async def test_a_source_is_asked_whether_it_is_available_only_where_selected(graph: Graph) -> None:
    """The names of the sources are the gateway's own; over AWS whether they are there is one cheap read of each."""
    available = [(EAST, "SearchDevices", 1), (WEST, "ListDevices", 1)] if graph.over_aws else []
    await graph.data("{ devices { nodes { id } } }")  # over connections that are still open: a check has one attempt

    assert await asked(graph, "{ sources { name service region } }") == []
    assert await asked(graph, "{ sources { available } }") == available


async def test_the_pages_that_follow_cost_no_more(graph: Graph) -> None:
    """A cursor leads straight to its page; Alexa's last page and those before it are as cheap as its first."""
    await fleet(graph)
    maker = Maker(graph)
    for number in (3, 4, 5, 6):
        await maker.echo(echo(number))
    document = """query ($cursor: String) {{ devices({0}: $cursor, filter: {{ service: ALEXA_FOR_BUSINESS }}) {{
      nodes {{ name }} pageInfo {{ startCursor endCursor }} }} }}"""
    forwards, backwards = document.format("first: 2, after"), document.format("last: 2, before")
    operation = "SearchDevices" if graph.over_aws else "QueryDevices"
    for asked_for, end, numbers in (
        (forwards, "endCursor", [[1, 2], [3, 4], [5, 6]]),
        (backwards, "startCursor", [[5, 6], [3, 4], [1, 2]]),
    ):
        cursor = None
        for page in numbers:
            graph.reached()
            found = (await graph.data(asked_for, cursor=cursor))["devices"]
            cursor = found["pageInfo"][end]

            assert [node["name"] for node in found["nodes"]] == [echo(number) for number in page]
            assert graph.reached() == [(EAST, operation, 1)]
