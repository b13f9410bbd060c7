"""Documents of hypothesis-graphql's, that nobody here thought of: answered as graphql-core answers them."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema, nodes, queries

from gateway.app.gateway import open_gateway
from gateway.execution.road import Road
from gateway.execution.run import Executor
from gateway.schema.schema import make_schema
from gateway.settings.settings import Settings
from tests.conventions.repository import ROOT
from tests.execution.compiled.nasty import SCHEMA
from tests.execution.compiled.roads import assert_same, by_core, case_of, compiled, quiet
from tests.execution.compiled.test_fleet import context_of, planned, pytestmark, told  # noqa: F401 - a mark
from tests.execution.compiled.world import Thing, World
from tests.fuzz.documents import Document
from tests.fuzz.fleet import fill_fleet

TEXT: Final = st.text(max_size=5).map(nodes.String)
NASTY: Final = {"Day": st.just(nodes.String("2026-01-31")), "Picky": TEXT, "JSON": TEXT}
REAL: Final = {"DateTime": st.just(nodes.String("2026-01-31T12:00:00Z")), "JSON": TEXT}


@pytest.fixture(scope="module", autouse=True)
def unawaited() -> Iterator[None]:
    """What graphql-core leaves unawaited is collected at the end."""
    with quiet():
        yield


@settings(max_examples=60, deadline=None)
@given(from_schema(SCHEMA._schema, custom_scalars=NASTY), st.integers(0, 1000), st.sampled_from((0.0, 0.1, 0.3)))
def test_nothing_differs_over_the_nasty_schema(text: str, seed: int, trouble: float) -> None:
    """Whatever hypothesis-graphql comes upon, the data and the errors are the same."""
    case = case_of(SCHEMA, text, {})
    assume(case is not None)
    root = Thing(World(seed, trouble), "root", "Query")

    assert_same(asyncio.run(compiled(case, root, [])), asyncio.run(by_core(case, root, [])))


@settings(max_examples=4, deadline=None)
@given(st.lists(queries((ROOT / "schema.graphql").read_text(), custom_scalars=REAL), min_size=10, max_size=10))
def test_nothing_differs_over_the_real_graph(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    """The same over the graph of devices, with a fleet in it."""
    asyncio.run(differ(tmp_path_factory.mktemp("fleet"), texts))


async def differ(directory: Path, texts: list[str]) -> None:
    given_settings, schema = Settings(data=directory), make_schema()
    roads = [Executor(schema, road) for road in Road]
    async with open_gateway(given_settings) as gateway:
        assert gateway.services
        await fill_fleet(given_settings, gateway.services.one_click.context)
        for text in texts:
            plan = planned(schema, Document(text, {}))
            if plan is not None:
                ours, theirs = [await road.run(plan, context_of(gateway.fleet), {}) for road in roads]
                assert_same(told(ours), told(theirs))
