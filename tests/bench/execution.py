"""What execution alone costs: the compiled road against graphql-core, over the same objects already in memory.

    python -m tests.bench.execution

What the sources answered once is given to every run, so that what is timed are executor, resolvers and loaders.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import strawberry
import uvloop
from aiodataloader import DataLoader

from gateway.app.clock import now
from gateway.app.gateway import open_gateway
from gateway.execution.document import DocumentOptions, Documents
from gateway.execution.graphql_core import core_schema
from gateway.execution.plan import Plan, make_plan
from gateway.execution.road import Road
from gateway.execution.run import Executor
from gateway.loaders import Loaders
from gateway.model.page import PageLimits, Slice
from gateway.schema.context import Context
from gateway.schema.schema import make_schema
from gateway.sources.compound import Compound, Page
from gateway.sources.fleet import Fleet
from tests.bench.fleets import FIFTY, make_fleet
from tests.bench.operations import FANOUT50, LIST50, Operation, one

MOMENT = now()
ROUNDS = 30
SECONDS_A_ROUND = 0.05
MICROSECONDS = 1_000_000

Answers = dict[object, Any]


class RecordedCompound(Compound[Any]):
    pages: Answers

    async def page(self, slice_: Slice) -> Page[Any]:
        if slice_ not in self.pages:
            self.pages[slice_] = await super().page(slice_)
        return self.pages[slice_]


@dataclass(frozen=True)
class RecordedFleet(Fleet):
    """Asks its sources for a page, and for what loaders load, only once."""

    pages: Answers = field(default_factory=dict)
    loaded: Mapping[str, Answers] = field(default_factory=lambda: {one.name: {} for one in fields(Loaders)})

    def devices(self, *given: Any) -> RecordedCompound:  # noqa: ANN401  # passed on
        compound = super().devices(*given)
        recorded = RecordedCompound(
            compound.listings, compound.descending, compound.purpose, compound.sealer, compound.patience
        )
        object.__setattr__(recorded, "pages", self.pages)
        return recorded

    def loaders(self) -> Loaders:
        real = Loaders.of(self)
        return Loaders(**{one.name: self._loader(one.name, getattr(real, one.name)) for one in fields(Loaders)})

    def _loader(self, name: str, real: DataLoader[Any, Any]) -> DataLoader[Any, Any]:
        answers = self.loaded[name]
        get_key = real.get_cache_key

        async def batch(keys: Sequence[Any]) -> list[Any]:
            missing = [key for key in keys if get_key(key) not in answers]
            for key, answer in zip(missing, await real.batch_load_fn(missing) if missing else (), strict=True):
                answers[get_key(key)] = answer
            return [answers[get_key(key)] for key in keys]

        return DataLoader(batch, get_cache_key=get_key)


async def main() -> None:
    schema = make_schema()
    roads = {road: Executor(schema, road) for road in Road}
    with TemporaryDirectory() as directory:
        fleet = await make_fleet(Path(directory), FIFTY)
        async with open_gateway(fleet.settings) as gateway:
            for operation in (LIST50, FANOUT50, one()):
                costs = await compared(schema, roads, operation, gateway.fleet)
                told = ", ".join(f"{road} {cost:.0f} µs" for road, cost in costs.items())
                ratio = costs[Road.GRAPHQL_CORE] / costs[Road.COMPILED]
                print(f"{operation.name}: {told}: 1/{ratio:.1f}")  # noqa: T201  # what it is for


async def compared(
    schema: strawberry.Schema, roads: Mapping[Road, Executor], operation: Operation, fleet: Fleet
) -> dict[Road, float]:
    """Microseconds of CPU of one execution, the medians of rounds in which the roads take turns."""
    recorded = RecordedFleet(fleet.sources, fleet.sealer, fleet.patience)
    core = core_schema(schema)
    document = Documents(core, DocumentOptions()).read(operation.query)
    plan = make_plan(core, document, None, operation.variables, 30.0)
    answers = [await executor.run(plan, context_of(recorded), {}) for executor in roads.values()]
    assert answers[0] == answers[1], operation.name
    assert not answers[0].errors, operation.name
    costs: dict[Road, list[float]] = {road: [] for road in roads}
    for _ in range(ROUNDS):
        for road, executor in roads.items():
            costs[road].append(await timed(executor, plan, lambda: context_of(recorded)))
    return {road: median(found) * MICROSECONDS for road, found in costs.items()}


def context_of(fleet: RecordedFleet) -> Context:
    return Context(fleet, fleet.loaders(), PageLimits(20, 100), lambda: MOMENT)


async def timed(executor: Executor, plan: Plan, make_context: Callable[[], Context]) -> float:
    spent, count = 0.0, 0
    while spent < SECONDS_A_ROUND:
        context = make_context()
        begun = time.process_time()
        await executor.run(plan, context, {})
        spent += time.process_time() - begun
        count += 1
    return spent / count


if __name__ == "__main__":
    uvloop.run(main())
