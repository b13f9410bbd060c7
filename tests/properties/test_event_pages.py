"""Pages of random events: the same over both upstreams and on both databases, however they are bunched."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.services.alexa.arns import device_arn
from gateway.store.events import StoredEvent, add_event
from gateway.store.times import milliseconds
from tests.properties.fleets import Thing
from tests.properties.stores import Store
from tests.properties.twice import twice
from tests.schema.graph import Graph
from tests.schema.upstreams import BUTTONS, ECHOES

pytestmark = pytest.mark.asyncio(loop_scope="session")

START = datetime(2024, 5, 1, tzinfo=UTC)
BUTTON = Thing(1, BUTTONS, "", "button", None, None, None, None)
ECHO = Thing(2, ECHOES, "", "A1", None, None, None, None)
CLICKS = (("SINGLE", ""), ("DOUBLE", ""), ("LONG", ""))
REPORTS = (("CONNECTION_STATUS", "ONLINE"), ("CONNECTION_STATUS", "OFFLINE"), ("DEVICE_STATUS", "READY"))

# Bunches within a few milliseconds, far apart: what a reader by time windows has to get through.
times = st.builds(
    lambda day, millisecond: START + timedelta(days=day, milliseconds=millisecond),
    st.sampled_from((0, 1, 9)),
    st.integers(0, 4),
)
events = st.sets(st.tuples(times, st.integers(0, 2)), max_size=20)
ends = st.none() | times
types = st.none() | st.sets(st.sampled_from(("SINGLE", "LONG", "CONNECTION_STATUS", "DEVICE_STATUS", "x")), max_size=2)
sizes = st.integers(1, 7)
largest_pages = st.none() | st.integers(1, 3)

PAGE = """query ($key: String!, $first: Int, $after: String, $last: Int, $before: String,
                 $from: DateTime, $to: DateTime, $types: [String!]) {
  device(by: { %s: $key }) {
    events(first: $first, after: $after, last: $last, before: $before, from: $from, to: $to, types: $types) {
      nodes { timestamp raw } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""


def fill(connection: Any, found: set[tuple[datetime, int]]) -> None:  # noqa: ANN401 - the store's connection
    arn = device_arn(ECHOES.tenant, ECHO.label, ECHO.type)
    for time, kind in found:
        (click, _), (report, value) = CLICKS[kind], REPORTS[kind]
        body = json.dumps({"clickType": click, "reportedTime": text(time)})
        add_event(connection, BUTTONS.tenant, BUTTON.label, StoredEvent(milliseconds(time), click, "", body))
        add_event(connection, ECHOES.tenant, arn, StoredEvent(milliseconds(time), report, value, None))


def text(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def expected(
    found: set[tuple[datetime, int]],
    kinds: Sequence[tuple[str, str]],
    window: tuple[datetime | None, datetime | None],
    wanted: set[str] | None,
) -> list[tuple[str, str, str]]:
    """Newest first; of one instant by type, then value, the last of the alphabet first."""
    start, end = window
    inside = [
        (time, *kinds[kind])
        for time, kind in found
        if (start is None or time >= start)
        and (end is None or time < end)
        and (wanted is None or kinds[kind][0] in wanted)
    ]
    return [(text(time), kind, value) for time, kind, value in sorted(inside, reverse=True)]


async def walk(
    graph: Graph, document: str, size: int, *, backwards: bool, **fixed: object
) -> list[tuple[str, str, str]]:
    """All pages of one device's events, in the order of the list."""
    whole: list[tuple[str, str, str]] = []
    cursor, more = None, True
    while more:
        ends = {"last": size, "before": cursor} if backwards else {"first": size, "after": cursor}
        [device] = (await graph.data(document, **fixed, **ends)).values()
        page = device["events"]
        nodes = [(node["timestamp"], *_words(node["raw"])) for node in page["nodes"]]
        whole = nodes + whole if backwards else whole + nodes
        cursor = page["pageInfo"]["startCursor" if backwards else "endCursor"]
        more = page["pageInfo"]["hasPreviousPage" if backwards else "hasNextPage"]
        assert len(nodes) == size or not more
    return whole


def _words(raw: dict[str, Any]) -> tuple[str, str]:
    return (raw["stdEvent"]["clickType"], "") if "stdEvent" in raw else (raw["Type"], raw["Value"])


async def same_everywhere(
    stores: list[Store],
    found: set[tuple[datetime, int]],
    window: tuple[datetime | None, datetime | None],
    wanted: set[str] | None,
    size: int,
    largest: int | None,
) -> None:
    """Any events, window and types make one list, newest first, paged either way, whatever pages a service gives."""
    start, end = window
    if start is not None and end is not None and start > end:
        window = start, end = end, start
    asked = {
        "from": None if start is None else text(start),
        "to": None if end is None else text(end),
        "types": None if wanted is None else sorted(wanted),
    }
    for store in stores:
        await store.fill([BUTTON, ECHO])
        await store.database.write(lambda connection: fill(connection, found))
        for graph in store.opened(largest):
            for backwards in (False, True):
                clicks = await walk(graph, PAGE % "deviceId", size, backwards=backwards, key=BUTTON.label, **asked)
                reports = await walk(graph, PAGE % "serialNumber", size, backwards=backwards, key=ECHO.label, **asked)

                assert clicks == expected(found, CLICKS, window, wanted), (store.name, graph.way)
                assert reports == expected(found, REPORTS, window, wanted), (store.name, graph.way)


asked = given(found=events, window=st.tuples(ends, ends), wanted=types, size=sizes, largest=largest_pages)
test_events_are_the_same_everywhere, test_events_are_the_same_everywhere_at_length = twice(asked, same_everywhere, 10)
