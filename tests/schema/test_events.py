"""Events of a device: newest first, in a window that stands still, over both services."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.model.device import ConnectionStatus
from gateway.services.ingest import ClickType
from gateway.store.events import StoredEvent, add_event
from gateway.store.times import milliseconds
from tests.schema.graph import Graph, open_graph
from tests.schema.makers import Maker, button, echo
from tests.schema.upstreams import BUTTONS, ECHOES

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVENTS = """query ($by: DeviceBy!, $first: Int, $after: String, $last: Int, $before: String,
                   $from: DateTime, $to: DateTime, $types: [String!]) {
  device(by: $by) {
    events(first: $first, after: $after, last: $last, before: $before, from: $from, to: $to, types: $types) {
      edges { cursor node { __typename id timestamp device { name } raw
        ... on ClickEvent { clickType remainingLife }
        ... on ConnectionStatusEvent { connectionStatus }
        ... on OtherDeviceEvent { kind value }
      } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}"""
BUTTON = {"deviceId": button(1)}
ECHO = {"serialNumber": echo(1)}
ALL = {"from": "2024-01-01T00:00:00Z", "to": "2025-01-01T00:00:00Z"}


def text(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def events(graph: Graph, **variables: object) -> dict[str, Any]:
    device = (await graph.data(EVENTS, **variables))["device"]
    connection: dict[str, Any] = device["events"]
    return connection


async def times(graph: Graph, **variables: object) -> list[str]:
    return [edge["node"]["timestamp"] for edge in (await events(graph, **variables))["edges"]]


async def clicks(maker: Maker, number: int, **step: float) -> list[str]:
    """That many clicks of a new button; return their times, newest first."""
    await maker.buttons(button(1), enabled=True)
    found = []
    for _ in range(number):
        found.append(text(maker.graph.later(**(step or {"minutes": 1}))))
        await maker.press(button(1))
    return found[::-1]


async def test_clicks_are_told_newest_first(graph: Graph) -> None:
    """A click has its kind, its time to the millisecond, life as a fraction, and the event as it travelled."""
    maker = Maker(graph)
    await maker.buttons(button(1), enabled=True)
    for click in ClickType:
        graph.later(seconds=1, milliseconds=7)
        await maker.press(button(1), click)
    nodes = [edge["node"] for edge in (await events(graph, by=BUTTON))["edges"]]

    assert [node["clickType"] for node in nodes] == ["LONG", "DOUBLE", "SINGLE"]
    assert [node["timestamp"] for node in nodes] == [
        f"2024-05-17T09:30:0{second}.0{7 * second:02}Z" for second in (3, 2, 1)
    ]
    assert {node["__typename"] for node in nodes} == {"ClickEvent"}
    assert {node["device"]["name"] for node in nodes} == {button(1)}
    assert [node["remainingLife"] for node in nodes] == pytest.approx([0.9985, 0.999, 0.9995])
    raw = nodes[0]["raw"]
    assert raw["device"] == {"attributes": {}, "deviceId": button(1), "type": "button"}
    assert raw["stdEvent"].pop("remainingLife") == pytest.approx(99.85)
    assert set(raw["stdEvent"]) == {"clickType", "reportedTime", "certificateId", "testMode"}


async def test_events_of_an_echo_are_told_newest_first(graph: Graph) -> None:
    """A connection status has its type; any other event is told by its kind and value; raw is what travelled."""
    maker = Maker(graph)
    arn = await maker.echo(echo(1))
    graph.later(seconds=1)
    await maker.connect(arn, ConnectionStatus.ONLINE)
    graph.later(seconds=1, milliseconds=5)
    await maker.alexa(ECHOES, "StartDeviceSync", DeviceArn=arn, Features=["ALL"])
    found = [edge["node"] for edge in (await events(graph, by=ECHO))["edges"]]
    other, connection = found

    assert (other["__typename"], other["kind"], other["value"]) == ("OtherDeviceEvent", "DEVICE_STATUS", "READY")
    assert (connection["__typename"], connection["connectionStatus"]) == ("ConnectionStatusEvent", "ONLINE")
    assert connection["timestamp"] == "2024-05-17T09:30:01.000Z"
    assert other["raw"] == {"Type": "DEVICE_STATUS", "Value": "READY", "Timestamp": 1715938202.005}


async def test_an_event_of_a_word_that_is_not_known_breaks_nothing(graph: Graph) -> None:
    """An unknown click, or connection status, is UNKNOWN; an event of any other kind is told by its words."""
    maker = Maker(graph)
    await maker.buttons(button(1), enabled=True)
    arn = await maker.echo(echo(1))
    now = milliseconds(graph.clock())
    reported = {"reportedTime": text(graph.clock()), "clickType": "TRIPLE", "remainingLife": None}
    strange = [StoredEvent(now, "CONNECTION_STATUS", "SLEEPING", None), StoredEvent(now, "DEVICE_MOOD", "", None)]

    def write(connection: Any) -> None:  # noqa: ANN401 - the store's connection
        add_event(connection, BUTTONS.tenant, button(1), StoredEvent(now, "TRIPLE", "", json.dumps(reported)))
        for event in strange:
            add_event(connection, ECHOES.tenant, arn, event)

    await graph.context.database.write(write)
    [click] = [edge["node"] for edge in (await events(graph, by=BUTTON))["edges"]]
    told = [edge["node"] for edge in (await events(graph, by=ECHO))["edges"]]

    assert (click["__typename"], click["clickType"], click["remainingLife"]) == ("ClickEvent", "UNKNOWN", None)
    assert {(one["__typename"], one.get("connectionStatus"), one.get("kind"), one.get("value")) for one in told} == {
        ("ConnectionStatusEvent", "UNKNOWN", None, None),
        ("OtherDeviceEvent", None, "DEVICE_MOOD", None),
    }


async def test_an_events_id_is_stable_and_its_own(graph: Graph) -> None:
    """Each event has an id of its own, which is the same whenever it is asked for."""
    maker = Maker(graph)
    await clicks(maker, 3)
    await maker.press(button(1), ClickType.DOUBLE)
    arn = await maker.echo(echo(1))
    await maker.connect(arn, ConnectionStatus.ONLINE)
    ids = [edge["node"]["id"] for by in (BUTTON, ECHO) for edge in (await events(graph, by=by))["edges"]]
    again = [edge["node"]["id"] for by in (BUTTON, ECHO) for edge in (await events(graph, by=by, last=9))["edges"]]

    assert len(set(ids)) == 5
    assert again == ids


async def test_from_is_inclusive_and_to_is_exclusive(graph: Graph) -> None:
    """`from` is the first instant that belongs to the window, `to` the first that does not, to the millisecond."""
    maker = Maker(graph)
    newest, middle, oldest = await clicks(maker, 3)
    arn = await maker.echo(echo(1))
    for time in (oldest, middle, newest):
        status = ConnectionStatus.ONLINE if time == middle else ConnectionStatus.OFFLINE
        await maker.connect(arn, status, datetime.fromisoformat(time))
    after_middle = text(datetime.fromisoformat(middle) + timedelta(milliseconds=1))
    for by in (BUTTON, ECHO):
        assert await times(graph, by=by, **{"from": middle}) == [newest, middle]
        assert await times(graph, by=by, to=middle) == [oldest]
        assert await times(graph, by=by, **{"from": oldest}, to=newest) == [middle, oldest]
        assert await times(graph, by=by, **{"from": after_middle}) == [newest]
        assert await times(graph, by=by, to=after_middle) == [middle, oldest]
        assert await times(graph, by=by, **{"from": middle}, to=middle) == []


async def test_a_finer_bound_than_a_millisecond_stays_on_every_page(graph: Graph) -> None:
    """Microseconds in `from` and `to` mean the same on the first page and on those that follow."""
    newest, middle, oldest = await clicks(Maker(graph), 3)
    window = {"from": oldest[:-1] + "500Z", "to": newest[:-1] + "001Z"}
    first = await events(graph, by=BUTTON, first=1, **window)
    rest = await times(graph, by=BUTTON, first=9, after=first["edges"][0]["cursor"], **window)

    assert [edge["node"]["timestamp"] for edge in first["edges"]] == [newest]
    assert rest == [middle]


async def test_without_from_thirty_days_are_told(graph: Graph) -> None:
    """Without `from` the window begins 30 days before the first page was asked for, wherever it ends."""
    maker = Maker(graph)
    context = graph.context
    long_memory = type(context)(context.database, context.clock, context.tokens, timedelta(days=365))
    async with open_graph(graph.ways, graph.way, long_memory, graph.clock, [BUTTONS, ECHOES]) as remembering:
        await maker.buttons(button(1), enabled=True)
        arn = await maker.echo(echo(1))
        found = []
        for days in (40, 20, 9, 1):
            at = graph.clock() - timedelta(days=days)
            found.append(text(at))
            await Maker(remembering).press(button(1), at=at)
            await Maker(remembering).connect(arn, ConnectionStatus.ONLINE if days % 2 else ConnectionStatus.OFFLINE, at)
        for by in (BUTTON, ECHO):
            assert await times(remembering, by=by) == found[:0:-1]
            assert await times(remembering, by=by, to=found[2]) == [found[1]]
            assert await times(remembering, by=by, **{"from": found[0]}, to=found[1]) == [found[0]]


async def test_the_window_stands_still_while_it_is_paged(graph: Graph) -> None:
    """What happens after the first page was asked for is on no later page, and no page loses what has grown too old."""
    maker = Maker(graph)
    before = await clicks(maker, 5)
    first = await events(graph, by=BUTTON, first=2)
    graph.later(hours=1)
    await maker.press(button(1), ClickType.LONG)
    rest = await events(graph, by=BUTTON, first=9, after=first["pageInfo"]["endCursor"])
    newer = await events(graph, by=BUTTON, last=9, before=first["pageInfo"]["endCursor"])

    assert [edge["node"]["timestamp"] for edge in first["edges"] + rest["edges"]] == before
    assert rest["pageInfo"]["hasNextPage"] is False
    assert [edge["node"]["timestamp"] for edge in newer["edges"]] == before[:1]


TYPES: tuple[tuple[dict[str, str], list[str], list[int]], ...] = (
    (BUTTON, ["SINGLE"], [2, 0]),
    (BUTTON, ["DOUBLE", "SINGLE"], [2, 1, 0]),
    (BUTTON, ["CONNECTION_STATUS"], []),
    (BUTTON, ["single"], []),
    (BUTTON, [], []),
    (BUTTON, ["\0", "\N{GRINNING FACE}"], []),
    (ECHO, ["CONNECTION_STATUS"], [2, 0]),
    (ECHO, ["DEVICE_STATUS"], [1]),
    (ECHO, ["DEVICE_STATUS", "CONNECTION_STATUS", "SINGLE"], [2, 1, 0]),
    (ECHO, ["SINGLE"], []),
    (ECHO, [], []),
    (ECHO, ["\0"], []),
)


async def test_only_events_of_the_types_asked_for(graph: Graph) -> None:
    """`types` are the services' own words; other words find nothing, and no words find nothing."""
    maker = Maker(graph)
    await maker.buttons(button(1), enabled=True)
    arn = await maker.echo(echo(1))
    found = []
    for number, click in enumerate((ClickType.SINGLE, ClickType.DOUBLE, ClickType.SINGLE)):
        found.append(text(graph.later(minutes=1)))
        await maker.press(button(1), click)
        if number == 1:
            await maker.alexa(ECHOES, "StartDeviceSync", DeviceArn=arn, Features=["ALL"])
        else:
            await maker.connect(arn, (ConnectionStatus.ONLINE, ConnectionStatus.OFFLINE)[number // 2])
    for by, types, numbers in TYPES:
        expected = [found[number] for number in numbers]

        assert await times(graph, by=by, types=types) == expected, types
        assert await times(graph, by=by, types=types, last=9) == expected, types


async def test_too_many_types_are_refused(graph: Graph) -> None:
    """More than 1,000 types are refused, naming them."""
    await Maker(graph).buttons(button(1))
    error = await graph.refusal(EVENTS, by=BUTTON, types=["x"] * 1001)

    assert (error["code"], error["argument"], error["path"]) == ("BAD_USER_INPUT", "types", ["device", "events"])


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
async def test_more_events_than_a_page_of_the_service_holds(graph: Graph, *, backwards: bool) -> None:
    """Hundreds of events, in bursts and after long pauses, come page by page, each once, in order."""
    maker = Maker(graph)
    await maker.buttons(button(1), enabled=True)
    arn = await maker.echo(echo(1))
    start = milliseconds(graph.clock())
    moments = [start - 1000 * 60 * 60 * 24 * 7 * burst - number * 3 for burst in range(3) for number in range(110)]
    body = '{{"clickType": "{}", "reportedTime": "{}"}}'

    def write(connection: Any) -> None:  # noqa: ANN401 - the store's connection
        for moment in moments:
            at = text(datetime.fromtimestamp(moment / 1000, UTC))
            for click in ("SINGLE", "LONG")[: 1 + moment % 2]:
                add_event(connection, BUTTONS.tenant, button(1), StoredEvent(moment, click, "", body.format(click, at)))
            add_event(connection, ECHOES.tenant, arn, StoredEvent(moment, "CONNECTION_STATUS", "ONLINE", None))

    await graph.context.database.write(write)
    for by, number in ((BUTTON, sum(1 + moment % 2 for moment in moments)), (ECHO, len(moments))):
        whole: list[dict[str, Any]] = []
        cursor, more = None, True
        while more:
            sizes = {"last": 90, "before": cursor} if backwards else {"first": 90, "after": cursor}
            page = await events(graph, by=by, **sizes)
            nodes = [edge["node"] for edge in page["edges"]]
            whole = nodes + whole if backwards else whole + nodes
            cursor = page["pageInfo"]["startCursor" if backwards else "endCursor"]
            more = page["pageInfo"]["hasPreviousPage" if backwards else "hasNextPage"]

        assert len(whole) == len({node["id"] for node in whole}) == number
        assert [node["timestamp"] for node in whole] == sorted((node["timestamp"] for node in whole), reverse=True)


@pytest.mark.parametrize(
    "window",
    [
        {"from": "0001-01-01T00:00:00Z", "to": "9999-12-31T23:59:59.999Z"},
        {"from": "0001-01-01T00:00:00Z"},
        {"to": "9999-12-31T23:59:59.999Z"},
    ],
)
@pytest.mark.parametrize("by", [BUTTON, ECHO], ids=["button", "echo"])
async def test_the_widest_window_is_a_window(graph: Graph, by: dict[str, str], window: dict[str, str]) -> None:
    """Any window that the calendar knows is answered."""
    maker = Maker(graph)
    found = await clicks(maker, 2)
    arn = await maker.echo(echo(1))
    for time in found:
        status = ConnectionStatus.ONLINE if time == found[0] else ConnectionStatus.OFFLINE
        await maker.connect(arn, status, datetime.fromisoformat(time))

    assert await times(graph, by=by, **window) == found
    assert await times(graph, by=by, last=1, **window) == found[1:]


@pytest.mark.parametrize("window", [{"to": "0001-01-01T00:00:00Z"}, {"from": "9999-12-31T23:59:59.999Z"}])
async def test_a_window_of_nothing_is_empty(graph: Graph, window: dict[str, str]) -> None:
    """A window before or after everything holds no events, and nobody need be asked."""
    maker = Maker(graph)
    await clicks(maker, 1)
    await maker.echo(echo(1))
    for by in (BUTTON, ECHO):
        found = await events(graph, by=by, **window)
        info = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}

        assert found == {"edges": [], "pageInfo": info}


async def test_a_window_that_ends_before_it_begins_is_refused(graph: Graph) -> None:
    """`from` after `to` is null with BAD_USER_INPUT at its path, and the device stays."""
    await Maker(graph).buttons(button(1))
    body = await graph.run(EVENTS, by=BUTTON, **{"from": ALL["to"]}, to=ALL["from"])
    [error] = body["errors"]

    assert body["data"] == {"device": {"events": None}}
    assert error["path"] == ["device", "events"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": "from"}


@pytest.mark.parametrize("other", [{"from": ALL["from"]}, {"to": ALL["to"]}, {"types": ["SINGLE"]}])
async def test_a_cursor_belongs_to_its_window_and_types(graph: Graph, other: dict[str, object]) -> None:
    """A cursor got with one window or set of types is refused with another."""
    await clicks(Maker(graph), 3)
    plain = (await events(graph, by=BUTTON, first=1))["pageInfo"]["endCursor"]
    changed = (await events(graph, by=BUTTON, first=1, **other))["pageInfo"]["endCursor"]
    errors = [
        await graph.refusal(EVENTS, by=BUTTON, after=plain, **other),
        await graph.refusal(EVENTS, by=BUTTON, before=changed),
    ]

    assert [(error["code"], error["argument"]) for error in errors] == [
        ("BAD_USER_INPUT", "after"),
        ("BAD_USER_INPUT", "before"),
    ]


async def test_a_cursor_belongs_to_its_device(graph: Graph) -> None:
    """A cursor of one device's events is refused for another's."""
    maker = Maker(graph)
    await clicks(maker, 2)
    await maker.buttons(button(2), enabled=True)
    cursor = (await events(graph, by=BUTTON, first=1))["pageInfo"]["endCursor"]
    error = await graph.refusal(EVENTS, by={"deviceId": button(2)}, after=cursor)

    assert (error["code"], error["argument"]) == ("BAD_USER_INPUT", "after")


async def test_events_of_a_former_owner_are_not_told(graph: Graph) -> None:
    """A device that changed hands tells nothing of before."""
    maker = Maker(graph)
    await clicks(maker, 2)
    await maker.remove_button(button(1))
    graph.later(minutes=1)
    await maker.manufacture([], code="C-AGAIN")
    await maker.one_click(BUTTONS, "InitiateDeviceClaim", DeviceId=button(1))
    await maker.press(button(1))
    await maker.one_click(BUTTONS, "FinalizeDeviceClaim", DeviceId=button(1))

    assert await times(graph, by=BUTTON) == []
