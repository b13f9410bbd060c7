"""Whatever is asked of the real graph over a real fleet, compiled operations answer what graphql-core answers."""

import gc
import json
from pathlib import Path
from random import Random
from typing import Final

import pytest
import strawberry
from graphql import build_schema

from gateway.app.clock import now
from gateway.app.gateway import open_gateway
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
from tests.fuzz.fleet import fill_fleet, tell_names
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
    """A hundred queries of the real graph."""
    await differ(tmp_path, capsys, seed=1, count=100)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_nothing_differs_over_a_fleet_in_the_long_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Thousands of them reach all that a query can ask for."""
    missing = await differ(tmp_path, capsys, seed=2, count=2000)

    assert [goal for goal in missing if goal.startswith(("Query.", "OneClickDevice.", "AlexaDevice."))] == []


async def differ(directory: Path, capsys: pytest.CaptureFixture[str], *, seed: int, count: int) -> list[str]:
    """Ask so many queries both ways; what was not reached."""
    random = Random(seed)  # noqa: S311 - no secret
    printed = build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))
    documents = Documents(printed, Coverage(printed), Values(random))
    settings, schema, answered = Settings(data=directory), make_schema(), 0
    roads = [Executor(schema, road) for road in Road]
    async with open_gateway(settings) as gateway:
        assert gateway.services
        await fill_fleet(settings, gateway.services.one_click.context)
        tell_names(documents.values)
        while answered < count:
            document = documents.make(random)
            plan = planned(schema, document)
            if plan is not None:
                ours, theirs = [await road.run(plan, context_of(gateway.fleet), {}) for road in roads]
                compare(document, ours, theirs)
                answered += 1
                if document.selected and ours.data:
                    read_answer(documents, document.selected, ours.data)
    gc.collect()  # while what graphql-core left unawaited is not taken for ours
    with capsys.disabled():
        print(f"\n{answered} queries; reached {documents.coverage}")  # noqa: T201 - asked for
    return documents.coverage.missing()


def compare(document: Document, ours: Result, theirs: Result) -> None:
    try:
        assert_same(told(ours), told(theirs))
    except AssertionError as error:
        error.add_note(f"{document.text}\n{document.variables}\n{ours.errors}\n{theirs.errors}")
        raise


def planned(schema: strawberry.Schema, document: Document) -> Plan | None:
    """The plan of a query; None for whatever would change the fleet, or is refused."""
    core = core_schema(schema)
    try:
        plan = make_plan(Texts(core, DocumentOptions()).read(document.text), None, document.variables, PATIENCE)
    except RequestRefused:
        return None
    return None if plan.is_mutation else plan


def context_of(fleet: Fleet) -> Context:
    return Context(fleet, Loaders(fleet), PageLimits(20, 100), lambda: MOMENT)


def told(result: Result) -> Outcome:
    """All that is written of it."""
    errors = [(json.dumps(error, default=str), tuple(error.get("path") or ())) for error in result.errors]
    return Outcome(result.data, sorted(errors))
