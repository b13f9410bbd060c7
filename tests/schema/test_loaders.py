"""Loaders of one request: what they know, ask together, and forget."""

import asyncio
import gc
import weakref

import pytest

from gateway.loaders import LoaderBatches, Loaders
from gateway.model.errors import UpstreamUnavailable
from gateway.model.seal import Sealer
from gateway.sources.alexa import AlexaSource
from gateway.sources.fleet import Fleet
from gateway.sources.one_click import OneClickSource
from gateway.wire.errors import ServiceError
from tests.schema.graph import Graph
from tests.schema.makers import Maker, button, echo
from tests.schema.upstreams import BUTTONS, ECHOES

pytestmark = pytest.mark.asyncio(loop_scope="session")


def fleet_of(graph: Graph) -> Fleet:
    upstreams = graph.ways.by_name[graph.way]
    return Fleet(
        {
            "buttons": OneClickSource("buttons", BUTTONS.region, upstreams["buttons"], 100),
            "echoes": AlexaSource("echoes", ECHOES.region, upstreams["echoes"], 100),
        },
        Sealer(bytes(32)),
    )


async def test_what_a_list_told_is_known(graph: Graph) -> None:
    """A device that was remembered is not asked for, until a write makes the loaders forget."""
    await Maker(graph).buttons(button(1))
    fleet = fleet_of(graph)
    loaders = Loaders(fleet)
    [device] = await fleet.sources["buttons"].devices([button(1)])
    graph.reached()
    loaders.prime([device])
    known = await loaders.device_by_id.load(("buttons", button(1)))
    before = graph.reached()
    loaders.forget()
    again = await loaders.device_by_id.load(("buttons", button(1)))

    assert (known, before) == (device, [])
    assert (again, graph.reached()) == (device, [(BUTTONS.region, "DescribeDevice", 1)])


async def test_keys_of_several_sources_are_answered_in_their_places(graph: Graph) -> None:
    """What is asked for together comes back each in its place; so does a failure, and what no source has."""
    maker = Maker(graph)
    await maker.buttons(button(1))
    arn = await maker.echo(echo(1))
    graph.ways.watched.alexa.failing[ECHOES.region, None] = ServiceError("InternalFailure", "")
    keys = [("echoes", arn), ("buttons", button(2)), ("nowhere", "x"), ("buttons", button(1))]
    loaders = Loaders(fleet_of(graph))
    loads = (loaders.device_by_id.load(key) for key in keys)
    failing, missing, nowhere, found = await asyncio.gather(*loads, return_exceptions=True)

    assert isinstance(failing, UpstreamUnavailable)
    assert (missing, nowhere) == (None, None)
    assert found.key == button(1)


@pytest.mark.parametrize("shared", [None, LoaderBatches()], ids=["alone", "together"])
async def test_a_request_that_ends_leaves_nothing_to_the_garbage_collector(
    graph: Graph, shared: LoaderBatches | None
) -> None:
    """Its loaders go with it: nothing of them holds itself."""
    await Maker(graph).buttons(button(1))
    gc.disable()
    try:
        loaders = Loaders(fleet_of(graph), shared=shared)
        await loaders.device_by_id.load(("buttons", button(1)))
        loaders.close()
        held = weakref.ref(loaders), weakref.ref(loaders._own)
        del loaders

        assert [one() for one in held] == [None, None]
    finally:
        gc.enable()
