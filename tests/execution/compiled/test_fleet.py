"""Whatever is asked of the real graph over a real fleet, compiled operations answer what graphql-core answers."""

import gc
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from shutil import copytree
from typing import Final

import pytest
import strawberry
from graphql import build_schema
from msgspec.structs import replace

from gateway.app.clock import now
from gateway.app.gateway import Gateway, open_gateway
from gateway.execution.document import DocumentOptions
from gateway.execution.document import Documents as Texts
from gateway.execution.graphql_core import core_schema
from gateway.execution.plan import Plan, make_plan
from gateway.execution.result import RequestRefused, Result
from gateway.execution.road import Road
from gateway.execution.run import Executor
from gateway.loaders import Loaders
from gateway.model.page import PageLimits
from gateway.schema.context import Context
from gateway.schema.schema import make_schema
from gateway.settings.settings import Settings
from gateway.sources.fleet import Fleet
from tests.conventions.repository import ROOT
from tests.execution.compiled.roads import Outcome, assert_same
from tests.fuzz.answers import read_answer
from tests.fuzz.coverage import Coverage
from tests.fuzz.documents import Document, Documents
from tests.fuzz.fleet import fill_fleet, one_more_button, tell_names
from tests.fuzz.values import Values

MOMENT: Final = now()
PATIENCE: Final = 600.0  # seconds: what is slow is not different

pytestmark = [
    pytest.mark.filterwarnings("ignore:coroutine '.* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <coroutine object:pytest.PytestUnraisableExceptionWarning"
    ),
]
"""Where a field fails, graphql-core cancels those beside it, and what their resolvers gave it stays unawaited."""


async def test_nothing_differs_over_a_fleet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A hundred queries and mutations of the real graph."""
    await differ(tmp_path, capsys, seed=1, count=100, wanted=lambda _goal: False)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_nothing_differs_over_a_fleet_in_the_long_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Thousands of them reach all that these can ask for."""
    missing = await differ(tmp_path, capsys, seed=2, count=2000, wanted=is_wanted)

    assert [goal for goal in missing if is_wanted(goal)] == []


async def differ(
    directory: Path, capsys: pytest.CaptureFixture[str], *, seed: int, count: int, wanted: Callable[[str], bool]
) -> list[str]:
    """Ask at least so many documents both ways, each of a fleet of its own; what was not reached.

    Up to three times as many are made until all that is wanted was.
    """
    random = Random(seed)  # noqa: S311 - no secret
    printed = build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))
    documents = Documents(printed, Coverage(printed), Values(random))
    schema, answered = make_schema(), 0
    roads = [Executor(schema, road) for road in Road]
    async with twins(directory) as gateways:
        tell_names(documents.values)
        for number in range(3 * count):
            if answered >= count and not any(map(wanted, documents.coverage.missing())):
                break
            alike = random.random()
            for gateway in gateways:
                assert gateway.services
                one_click = gateway.services.one_click
                await one_more_button(one_click, documents.values, number, Random(alike))  # noqa: S311 - no secret
            document = documents.make(random)
            plan = planned(schema, document)
            if plan is not None:
                ours, theirs = [
                    await road.run(plan, context_of(gateway.fleet), {})
                    for road, gateway in zip(roads, gateways, strict=True)
                ]
                compare(document, ours, theirs)
                answered += 1
                if document.selected and ours.data:
                    read_answer(documents, document.selected, ours.data)
    gc.collect()  # while what graphql-core left unawaited is not taken for ours
    with capsys.disabled():
        print(f"\n{answered} documents; reached {documents.coverage}")  # noqa: T201 - asked for
    return documents.coverage.missing()


@asynccontextmanager
async def twins(directory: Path) -> AsyncIterator[Sequence[Gateway]]:
    """Two gateways, each over a fleet of its own, which are equal."""
    both = [Settings(data=directory / name) for name in ("one", "other")]
    async with open_gateway(both[0]) as gateway:
        assert gateway.services
        await fill_fleet(both[0], gateway.services.one_click.context)
    copytree(both[0].data, both[1].data)
    async with open_gateway(both[0]) as one, open_gateway(both[1]) as other:
        yield one, other


def is_wanted(goal: str) -> bool:
    """What roots, devices and payloads have, and what may be given to them; cursors only where an answer gave some."""
    kind = goal.partition(".")[0]
    of_interest = kind in {"Query", "Mutation", "OneClickDevice", "AlexaDevice"} or kind.endswith(("Payload", "Input"))
    return of_interest and not goal.endswith(("(after)", "(before)"))


def compare(document: Document, ours: Result, theirs: Result) -> None:
    try:
        assert_same(told(ours), told(theirs))
    except AssertionError as error:
        error.add_note(f"{document.text}\n{document.variables}\n{ours}\n{theirs}")
        raise


def planned(schema: strawberry.Schema, document: Document) -> Plan | None:
    """None for what is refused."""
    core = core_schema(schema)
    try:
        return make_plan(Texts(core, DocumentOptions()).read(document.text), None, document.variables, PATIENCE)
    except RequestRefused:
        return None


def context_of(fleet: Fleet) -> Context:
    patient = replace(fleet, patience=PATIENCE)
    return Context(patient, Loaders(patient), PageLimits(20, 100), lambda: MOMENT)


def told(result: Result) -> Outcome:
    """All that is written of it."""
    errors = [(json.dumps(error, default=str), tuple(error.get("path") or ())) for error in result.errors]
    return Outcome(result.data, sorted(errors))
