"""What a service cannot do is done here, up to the scan limit, and never a short page that pretends to be the end."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from gateway.model.device import ConnectionStatus
from gateway.model.seal import Sealer
from gateway.services.context import ServiceContext
from gateway.services.ingest import ClickType
from tests.clock import Clock
from tests.schema.graph import Graph, open_graph
from tests.schema.makers import Maker, button, echo
from tests.schema.upstreams import BUTTONS, ECHOES, Ways

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIMIT = 60
BUTTON_NUMBERS = range(260)
ECHO_NUMBERS = range(70)


@pytest_asyncio.fixture(loop_scope="session")
async def graph(ways: Ways, way: str, context: ServiceContext, clock: Clock) -> AsyncIterator[Graph]:
    """A gateway that reads at most 60 items of a source where its service cannot do it."""
    async with open_graph(ways, way, context, clock, [BUTTONS, ECHOES], scan_limit=LIMIT) as opened:
        yield opened


async def many(graph: Graph) -> None:
    """More devices than may be read, and more than one page of each service holds."""
    maker = Maker(graph)
    await maker.buttons(*(button(number) for number in BUTTON_NUMBERS))
    for number in ECHO_NUMBERS:
        await maker.echo(echo(number), f"Echo {number}")


DEVICES = "{{ devices({0}) {{ nodes {{ name }} scanned pageInfo {{ hasNextPage }} }} }}"
TOO_MUCH = (
    'first: 5, filter: { service: ONE_CLICK, nameContains: "no such name" }',
    "first: 5, filter: { enabled: true }",
    "first: 5, filter: { service: ONE_CLICK }, orderBy: [{ field: NAME }]",
    "last: 5, filter: { service: ONE_CLICK }",
    'first: 5, filter: { nameContains: "no such name", service: ALEXA_FOR_BUSINESS }',
    'first: 5, filter: { tags: [{ key: "x" }], service: ALEXA_FOR_BUSINESS }',
    "last: 5, filter: { service: ALEXA_FOR_BUSINESS }, orderBy: [{ field: STATUS }]",
    'first: 5, orderBy: [{ field: NAME }], filter: { nameContains: "no such name" }',
)


async def test_beyond_the_limit_the_way_out_is_told(graph: Graph) -> None:
    """Over AWS a filter, an order or a direction that would read too much is SCAN_LIMIT; in process it is answered."""
    await many(graph)
    for arguments in TOO_MUCH:
        body = await graph.run(DEVICES.format(arguments))
        if not graph.over_aws:
            assert "errors" not in body
            assert body["data"]["devices"]["scanned"] is None
            continue
        [error] = body["errors"]
        assert error["extensions"]["code"] == "SCAN_LIMIT", arguments
        assert str(LIMIT) in error["message"]
        assert "Narrow" in error["message"]


async def test_within_the_limit_it_is_told_how_much_was_read(graph: Graph) -> None:
    """What is found within the limit is answered, with the number of devices that were read for it."""
    await many(graph)
    asked = (
        (f'first: 1, filter: {{ nameContains: "{button(7)}" }}', 60),
        ('first: 1, filter: { nameContains: "Echo 7", service: ALEXA_FOR_BUSINESS }', 50),
        (f'first: 2, filter: {{ serialNumbers: ["{echo(1)}", "{echo(2)}"] }}', None),
        ("first: 3", None),
        ("last: 3, filter: { service: ALEXA_FOR_BUSINESS }", None),
        ("first: 3, filter: { service: ALEXA_FOR_BUSINESS }, orderBy: [{ field: NAME }]", None),
    )
    for arguments, scanned in asked:
        found = (await graph.data(DEVICES.format(arguments).replace("pageInfo { hasNextPage }", "")))["devices"]

        assert found["scanned"] == (scanned if graph.over_aws else None), arguments


async def test_a_total_that_would_read_too_much_is_null(graph: Graph) -> None:
    """Over AWS a count beyond the limit is null, without an error; Alexa counts by itself."""
    await many(graph)
    document = "{{ devices(first: 1, filter: {0}) {{ totalCount }} }}"
    one_click = await graph.data(document.format("{ service: ONE_CLICK }"))
    alexa = await graph.data(document.format("{ service: ALEXA_FOR_BUSINESS }"))
    filtered = await graph.data(document.format('{ service: ALEXA_FOR_BUSINESS, nameContains: "echo" }'))

    assert one_click["devices"]["totalCount"] == (None if graph.over_aws else len(BUTTON_NUMBERS))
    assert alexa["devices"]["totalCount"] == len(ECHO_NUMBERS)
    assert filtered["devices"]["totalCount"] == (None if graph.over_aws else len(ECHO_NUMBERS))


async def test_events_of_a_rare_type_are_looked_for_up_to_the_limit(graph: Graph) -> None:
    """Over AWS 1-Click cannot look for types, and Alexa reaches the oldest only by reading: SCAN_LIMIT says so."""
    maker = Maker(graph)
    await maker.buttons(button(1), enabled=True)
    arn = await maker.echo(echo(1))
    await maker.press(button(1), ClickType.LONG)
    for number in range(251):
        graph.later(minutes=1)
        await maker.press(button(1))
        if number < LIMIT + 10:
            await maker.connect(arn, (ConnectionStatus.ONLINE, ConnectionStatus.OFFLINE)[number % 2])
    events = "device(by: {{ {0} }}) {{ events({1}) {{ nodes {{ id }} }} }}"
    rare = events.format(f'deviceId: "{button(1)}"', 'first: 1, types: ["LONG"]')
    oldest = events.format(f'serialNumber: "{echo(1)}"', "last: 1")
    for document, words in ((rare, "shorter time"), (oldest, "page forwards")):
        body = await graph.run(f"{{ {document} }}")
        if not graph.over_aws:
            assert len(body["data"]["device"]["events"]["nodes"]) == 1
            continue
        [error] = body["errors"]
        assert error["extensions"] == {"code": "SCAN_LIMIT"}
        assert error["path"] == ["device", "events"]
        assert words in error["message"]
        assert str(LIMIT) in error["message"]


async def test_a_user_is_looked_for_up_to_the_limit(graph: Graph) -> None:
    """Over AWS a user is found by reading the list: within the limit by its id, beyond it SCAN_LIMIT."""
    maker = Maker(graph)
    for number in range(LIMIT - 10):
        await maker.user(f"u{number:03}")
    node = "query ($id: ID!) { node(id: $id) { id } }"
    [user] = (await graph.data("{ users(first: 1) { nodes { id } } }"))["users"]["nodes"]
    found = await graph.data(node, id=user["id"])
    for number in range(60):
        await maker.user(f"v{number:03}")
    body = await graph.run(node, id=user["id"])

    assert found["node"] == user
    if graph.over_aws:
        assert [error["extensions"]["code"] for error in body["errors"]] == ["SCAN_LIMIT"]
    else:
        assert body == {"data": found}


PAGE = """query ($after: String, $filter: DeviceFilter) { devices(first: 2, after: $after, filter: $filter) {
  nodes { name } pageInfo { hasNextPage endCursor } } }"""


@pytest.mark.parametrize("service", ["ONE_CLICK", "ALEXA_FOR_BUSINESS"])
async def test_a_token_that_the_service_forgot_is_an_expired_cursor(graph: Graph, service: str) -> None:
    """Over AWS a page hangs on the service's token: CURSOR_EXPIRED where it does not know it any more."""
    maker = Maker(graph)
    await maker.buttons(*(button(number) for number in range(5)))
    for number in range(5):
        await maker.echo(echo(number))
    variables: dict[str, Any] = {"filter": {"service": service}}
    first = (await graph.data(PAGE, **variables))["devices"]
    old = graph.context
    graph.ways.watched.use(ServiceContext(old.database, old.clock, Sealer(b"another key of 32 bytes or so ..")))
    body = await graph.run(PAGE, after=first["pageInfo"]["endCursor"], **variables)

    if graph.over_aws:
        [error] = body["errors"]
        assert (body["data"], error["extensions"]) == (None, {"code": "CURSOR_EXPIRED"})
    else:
        assert len(body["data"]["devices"]["nodes"]) == 2


async def test_a_cursor_of_a_source_that_is_no_more_has_expired(graph: Graph) -> None:
    """A cursor that stands in a source which is not configured any more says so, and its words name the source."""
    maker = Maker(graph)
    await maker.buttons(*(button(number) for number in range(5)))
    first = (await graph.data(PAGE))["devices"]
    async with open_graph(graph.ways, graph.way, graph.context, graph.clock, [ECHOES]) as fewer:
        error = await fewer.refusal(PAGE, after=first["pageInfo"]["endCursor"])

    assert error["code"] == "CURSOR_EXPIRED"
    assert "buttons" in error["message"]


async def test_a_cursor_survives_a_restart(graph: Graph) -> None:
    """Another process with the same key follows a cursor just as well."""
    maker = Maker(graph)
    await maker.buttons(*(button(number) for number in range(5)))
    first = (await graph.data(PAGE))["devices"]
    async with open_graph(graph.ways, graph.way, graph.context, graph.clock, [BUTTONS, ECHOES]) as restarted:
        second = (await restarted.data(PAGE, after=first["pageInfo"]["endCursor"]))["devices"]

    assert [node["name"] for node in second["nodes"]] == [button(2), button(3)]
