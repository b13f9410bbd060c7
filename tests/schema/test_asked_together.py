"""Requests of the same moment: what an embedded service is asked for them together, and who is told what."""

import asyncio

import pytest

from gateway.loaders import LoaderBatches, Loaders
from gateway.model.ids import GlobalId, NodeKind
from gateway.model.seal import Sealer
from gateway.sources.fleet import Fleet
from gateway.sources.one_click import OneClickSource
from tests.schema.graph import Graph
from tests.schema.makers import Maker, button, echo
from tests.schema.upstreams import BUTTONS, ECHOES

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = "{ devices(first: 5) { nodes { name events(first: 2) { nodes { timestamp } } } totalCount } }"
NAME = "query ($id: ID!) { node(id: $id) { ... on Device { name } } }"
TAG = """
    mutation ($id: ID!, $name: String!) {
        tagDevice(input: { id: $id, tags: [{ key: "Name", value: $name }] }) { device { name } }
    }
"""
REQUESTS = 8


@pytest.fixture
def way() -> str:
    """Over AWS it is SharedUpstream that asks less."""
    return "in process"


def node_id(number: int) -> str:
    return GlobalId(NodeKind.ONE_CLICK_DEVICE, "buttons", button(number)).encode()


async def test_a_page_that_many_ask_for_is_read_once(graph: Graph) -> None:
    """With its events and its total; each request has its answer."""
    maker = Maker(graph)
    await maker.buttons(button(1))
    await maker.echo(echo(1))
    graph.reached()
    answers = await asyncio.gather(*(graph.data(PAGE) for _ in range(REQUESTS)))

    assert graph.reached() == [
        (ECHOES.region, "CountDevices", 1),
        (ECHOES.region, "QueryDeviceEvents", 1),
        (ECHOES.region, "QueryDevices", 1),
        (BUTTONS.region, "CountDevices", 1),
        (BUTTONS.region, "QueryDeviceEvents", 1),
        (BUTTONS.region, "QueryDevices", 1),
    ]
    assert answers == [answers[0]] * REQUESTS
    assert answers[0]["devices"]["totalCount"] == 2


async def test_different_devices_are_one_question(graph: Graph) -> None:
    """Requests for one device each, some for the same, are answered by one read."""
    await Maker(graph).buttons(button(1), button(2), button(3))
    graph.reached()
    asked = [1, 2, 3, 2]
    answers = await asyncio.gather(*(graph.data(NAME, id=node_id(number)) for number in asked))

    assert graph.reached() == [(BUTTONS.region, "DescribeDevice", 3)]
    assert [answer["node"]["name"] for answer in answers] == [button(number) for number in asked]


async def test_a_failure_is_told_to_all_who_asked(graph: Graph) -> None:
    """None of them waits, and none is told of another's device."""
    await Maker(graph).buttons(button(1))
    answers = await asyncio.gather(*(graph.data(NAME, id=node_id(number)) for number in (1, 9, 9)))

    assert [answer["node"] for answer in answers] == [{"name": button(1)}, None, None]


async def test_whoever_wrote_reads_what_was_written(graph: Graph) -> None:
    """In its payload and in its next request, however many others read the same device meanwhile."""
    await Maker(graph).buttons(button(1))
    writing = True

    async def read_on() -> list[str]:
        names = []
        while writing:
            names.append((await graph.data(NAME, id=node_id(1)))["node"]["name"])
        return names

    readers = [asyncio.create_task(read_on()) for _ in range(4)]
    seen = []
    for number in range(10):
        written = await graph.data(TAG, id=node_id(1), name=f"Door {number}")
        read = await graph.data(NAME, id=node_id(1))
        seen.append((written["tagDevice"]["device"]["name"], read["node"]["name"]))
    writing = False
    names = await asyncio.gather(*readers)

    assert seen == [(f"Door {number}", f"Door {number}") for number in range(10)]
    assert all(several == sorted(several, key=lambda name: (name != button(1), name)) for several in names)


async def test_what_somebody_may_not_see_is_not_told_with_what_others_may(graph: Graph) -> None:
    """A caller who is confined to other sources has nothing of what is read at the same moment."""
    await Maker(graph).buttons(button(1))
    upstream = graph.ways.by_name["in process"]["buttons"]
    fleet = Fleet({"buttons": OneClickSource("buttons", BUTTONS.region, upstream, 100)}, Sealer(bytes(32)))
    shared = LoaderBatches()
    seeing = Loaders(fleet, shared=shared)
    confined = Loaders(fleet.confined(frozenset({"echoes"})), shared=shared)
    key = ("buttons", button(1))
    seen, unseen = await asyncio.gather(seeing.device_by_id.load(key), confined.device_by_id.load(key))

    assert seen is not None
    assert unseen is None


async def test_who_leaves_takes_nothing_from_who_stays(graph: Graph) -> None:
    """A request that is given up leaves what it asked for to the others."""
    await Maker(graph).buttons(button(1))
    leaving = asyncio.create_task(graph.data(PAGE))
    staying = asyncio.create_task(graph.data(PAGE))
    for _ in range(3):
        await asyncio.sleep(0)
    leaving.cancel()

    assert (await staying)["devices"]["totalCount"] == 1
