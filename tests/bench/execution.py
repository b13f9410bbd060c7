"""What execution alone costs: the compiled road against graphql-core, over the same objects already in memory.

What the sources answered once is given to every run, so that what is timed are executor, resolvers and loaders. What
such a run found out about the same objects, their ids and written times, is forgotten before the next: it is timed too.
"""

import time
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property
from statistics import median
from typing import Any

import strawberry
from msgspec import field

from gateway.app.clock import now
from gateway.app.gateway import open_gateway
from gateway.cache.batches import Batches
from gateway.execution.document import DocumentOptions, Documents
from gateway.execution.graphql_core import core_schema
from gateway.execution.plan import Plan, make_plan
from gateway.execution.road import Road
from gateway.execution.run import Executor
from gateway.loader import Loader
from gateway.loaders import Kind, Loaders
from gateway.model.once import Once
from gateway.model.page import PageLimits, Slice
from gateway.schema.context import Context
from gateway.schema.scalars import write_date_time
from gateway.schema.schema import make_schema
from gateway.sources.compound import Compound, Page
from gateway.sources.fleet import Fleet
from tests.bench.bars import execution_bar
from tests.bench.operations import FANOUT50, LIST50, Operation, one
from tests.bench.section import Ground, Section, Table

MOMENT = now()
ROUNDS = 30
SECONDS_A_ROUND = 0.05
MICROSECONDS = 1_000_000

Answers = dict[object, Any]


class RecordedCompound(Compound[Any], frozen=True):
    pages: Answers

    async def page(self, slice_: Slice) -> Page[Any]:
        if slice_ not in self.pages:
            self.pages[slice_] = await super().page(slice_)
        return self.pages[slice_]


class RecordedLoaders(Loaders):
    """Asks for each thing only once, whatever the request; `loaded`: what came of it, by the loader's name."""

    def __init__(self, fleet: Fleet, loaded: Mapping[str, Answers]) -> None:
        super().__init__(fleet)
        self.loaded = loaded

    def _make(self, kind: Kind) -> Loader[Any, Any]:
        real, answers = super()._make(kind), self.loaded[kind.name]

        def kept_under(key: Any) -> Hashable:  # noqa: ANN401  # as the loader's own
            return key if kind.identity is None else (key[0], key[1].key)  # one operation asks one thing of a device

        async def batch(keys: Sequence[Any]) -> list[Any]:
            missing = [key for key in keys if kept_under(key) not in answers]
            for key in missing:
                answers[kept_under(key)] = await real.load(key)
            return [answers[kept_under(key)] for key in keys]

        return Loader(Batches(batch, kept_under).load, kind.identity)


class RecordedFleet(Fleet, frozen=True):
    """Asks its sources for a page, and for what loaders load, only once."""

    pages: Answers = field(default_factory=dict)
    loaded: Mapping[str, Answers] = field(default_factory=lambda: defaultdict(dict))

    def devices(self, *given: Any) -> RecordedCompound:  # noqa: ANN401  # passed on
        compound = super().devices(*given)
        return RecordedCompound(
            compound.listings, compound.descending, compound.purpose, compound.sealer, compound.patience, self.pages
        )


async def execution(ground: Ground) -> Section:
    ground.say("executing")
    schema = make_schema()
    roads = {road: Executor(schema, road) for road in Road}
    async with open_gateway(ground.fleet.settings) as gateway:
        operations = (LIST50, FANOUT50, one())
        costs = {each.name: await compared(schema, roads, each, gateway.fleet) for each in operations}
    rows = [
        (name, f"{cost[Road.COMPILED]:.0f}", f"{cost[Road.GRAPHQL_CORE]:.0f}", f"1/{_times_less(cost):.1f}")
        for name, cost in costs.items()
    ]
    table = Table("Execution alone", ("operation", "compiled, CPU µs", "graphql-core, CPU µs", "of graphql-core"), rows)
    return Section([table], [execution_bar(_times_less(costs[LIST50.name]))])


def _times_less(cost: Mapping[Road, float]) -> float:
    return cost[Road.GRAPHQL_CORE] / cost[Road.COMPILED]


async def compared(
    schema: strawberry.Schema, roads: Mapping[Road, Executor], operation: Operation, fleet: Fleet
) -> dict[Road, float]:
    """Microseconds of CPU of one execution, the medians of rounds in which the roads take turns."""
    recorded = RecordedFleet(fleet.sources, fleet.sealer, fleet.patience)
    core = core_schema(schema)
    document = Documents(core, DocumentOptions()).read(operation.query)
    plan = make_plan(document, None, operation.variables, 30.0)
    answers = [await executor.run(plan, _context(recorded), {}) for executor in roads.values()]
    assert answers[0].data == answers[1].data, operation.name
    assert not any(answer.errors for answer in answers), operation.name
    costs: dict[Road, list[float]] = {road: [] for road in roads}
    for _ in range(ROUNDS):
        for road, executor in roads.items():
            costs[road].append(await timed(executor, plan, recorded))
    return {road: median(found) * MICROSECONDS for road, found in costs.items()}


def _context(fleet: RecordedFleet) -> Context:
    return Context(fleet, RecordedLoaders(fleet, fleet.loaded), PageLimits(20, 100), lambda: MOMENT)


def _forget(fleet: RecordedFleet) -> None:
    write_date_time.cache_clear()
    answers = [*fleet.pages.values(), *(one for loaded in fleet.loaded.values() for one in loaded.values())]
    for answer in answers:
        for told in (answer, *getattr(answer, "nodes", ())):
            for name, member in vars(type(told)).items():
                if isinstance(member, (cached_property, Once)):
                    vars(told).pop(name, None)


async def timed(executor: Executor, plan: Plan, fleet: RecordedFleet) -> float:
    spent, count = 0.0, 0
    while spent < SECONDS_A_ROUND:
        _forget(fleet)
        context = _context(fleet)
        begun = time.process_time()
        await executor.run(plan, context, {})
        spent += time.process_time() - begun
        count += 1
    return spent / count
