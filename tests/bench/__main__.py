"""`make bench`: what operations cost over both upstreams, and whether the bars are met.

    python -m tests.bench                                  all of it, in a few minutes
    python -m tests.bench --fleet 10000 --requests 2000    a first look

Ends with status 1 where a bar is not met.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import uvloop
from rich.console import Console

from gateway.observability.logging import configure_logging
from tests.bench.bars import Bar, call_bars, depth_bar, memory_bar, statement_bars
from tests.bench.counting import Counted, aws_environment, counted_in_process, counted_over_aioboto3
from tests.bench.deep import Deep, backwards_in_process, forwards_in_process, forwards_over_aioboto3
from tests.bench.fleets import FIFTY, Fleet, make_fleet
from tests.bench.large_fleet import large_fleet
from tests.bench.load import WrongAnswer, answer
from tests.bench.measure import Cost, Effort, Task, measure, memory
from tests.bench.operations import FANOUT50, LIST50, LIST50_ALL_TAGS, Operation, one
from tests.bench.report import print_bars, print_costs
from tests.bench.servers import Road, roads

CACHE = Path(__file__).parents[2] / "build" / "bench"
OPERATIONS = (one(), LIST50, LIST50_ALL_TAGS, FANOUT50)
# What is asked while memory is watched: 49 devices by their ids to one list.
STEADY = (LIST50, *(one(number % FIFTY.buttons) for number in range(49)))


@dataclass(frozen=True, slots=True)
class Options:
    effort: Effort
    fleet: int
    requests: int
    cache: Path


@dataclass(frozen=True, slots=True)
class Lane:
    """One way to one fleet: what is asked over it, and how much each operation (by name) asks upstream."""

    road: Road
    operations: Sequence[Operation]
    asks: Mapping[str, int]

    def tasks(self) -> list[Task]:
        return [Task(self.road, operation, self.asks[operation.name]) for operation in self.operations]


@dataclass(frozen=True, slots=True)
class Pages:
    """The same pages at rising depths, read in three ways."""

    forwards: Sequence[Deep]
    backwards: Sequence[Deep]
    remote: Sequence[Deep]


def main() -> None:
    options = _options()
    console = Console(width=None if sys.stdout.isatty() else 150)
    configure_logging("console", "warning")
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        bars = uvloop.run(_bench(options, Path(directory), console))
    print_bars(console, bars)
    sys.exit(0 if all(bar.met for bar in bars) else 1)


async def _bench(options: Options, directory: Path, console: Console) -> list[Bar]:
    fifty = await make_fleet(directory / "store", FIFTY)
    large = await large_fleet(options.fleet, options.cache, console)
    pages = _pages(large, options.fleet)
    with ExitStack() as stack:
        status = stack.enter_context(console.status("counting what is asked upstream"))
        straight, remote = await _lanes(fifty, OPERATIONS, OPERATIONS, directory / "fifty", stack)
        deep, far = await _lanes(
            large,
            _operations([*pages.forwards, *pages.backwards]),
            _operations(pages.remote),
            directory / "large",
            stack,
        )
        await _check(deep.road, [*pages.forwards, *pages.backwards])
        await _check(far.road, pages.remote)
        lanes = (straight, deep, remote, far)
        costs = await measure([task for lane in lanes for task in lane.tasks()], options.effort, status.update)
        print_costs(console, costs, options.effort)
        status.update(f"watching memory over {options.requests:,} requests")
        resident = await memory(straight.road, STEADY, options.requests, options.effort.clients)
    return [
        *call_bars(remote.asks, FIFTY.echoes),
        *statement_bars(straight.asks),
        _depth_bar("page in process, forwards", costs, deep.road, pages.forwards),
        _depth_bar("page in process, backwards", costs, deep.road, pages.backwards),
        _depth_bar("page over aioboto3", costs, far.road, pages.remote),
        memory_bar(resident, options.requests),
    ]


async def _lanes(
    fleet: Fleet, here: Sequence[Operation], there: Sequence[Operation], directory: Path, stack: ExitStack
) -> tuple[Lane, Lane]:
    """The operations `here` in process, those `there` over aioboto3."""
    async with counted_in_process(fleet) as counted:
        asked_here = await _count(counted, here)
    os.environ |= aws_environment(fleet.access_key, directory)
    async with counted_over_aioboto3(fleet, directory / "counted") as counted:
        asked_there = await _count(counted, there)
    straight, remote = stack.enter_context(roads(fleet, directory))
    return Lane(straight, here, asked_here), Lane(remote, there, asked_there)


async def _count(counted: Counted, operations: Sequence[Operation]) -> dict[str, int]:
    return {operation.name: (await counted.ask(operation))[1].total() for operation in operations}


def _pages(fleet: Fleet, devices: int) -> Pages:
    depths = (0, devices // 100, devices * 9 // 10)
    return Pages(
        [forwards_in_process(fleet.settings, depth) for depth in depths],
        [backwards_in_process(fleet.settings, depth) for depth in depths],
        [forwards_over_aioboto3(fleet.settings, depth) for depth in depths],
    )


def _operations(pages: Sequence[Deep]) -> list[Operation]:
    return [deep.operation for deep in pages]


async def _check(road: Road, pages: Sequence[Deep]) -> None:
    for deep in pages:
        if not deep.is_answered_by(await answer(road.gateway.port, deep.operation)):
            raise WrongAnswer(f"{deep.operation.name}, {road.upstream}: not the devices that stand there")


def _depth_bar(what: str, costs: Sequence[Cost], road: Road, pages: Sequence[Deep]) -> Bar:
    by_name = {cost.task.operation.name: cost for cost in costs if cost.task.road is road}
    return depth_bar(what, by_name[pages[0].operation.name], by_name[pages[-1].operation.name])


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.partition("\n")[0])
    parser.add_argument("--clients", type=int, default=16, help="connections that ask at once")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the medians are shown")
    parser.add_argument("--seconds", type=float, default=2.0, help="seconds of each operation in each round")
    parser.add_argument("--fleet", type=int, default=1_000_000, help="devices of the fleet that is paged through")
    parser.add_argument("--requests", type=int, default=100_000, help="requests over which memory is watched")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where that fleet is kept from run to run")
    given = parser.parse_args()
    return Options(Effort(given.clients, given.rounds, given.seconds), given.fleet, given.requests, given.cache)


if __name__ == "__main__":
    main()
