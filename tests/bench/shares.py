"""The four operations: what a request costs, as a share of what it costs the plain server."""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from tests.bench.bars import Bar, calm_bar, share_bar
from tests.bench.load import WrongAnswer, answer
from tests.bench.measure import Cost, Task, measure
from tests.bench.operations import FANOUT50, LIST50, Operation, one
from tests.bench.roads import (
    COMPILED,
    GRAPHQL_CORE,
    IN_PROCESS,
    PLAIN,
    SIGNED_HTTP,
    Road,
    gateway_in_process,
    gateway_over_http,
    plain_over_http,
    stub_of,
)
from tests.bench.section import Ground, Section, Table

CLIENTS, CROWD = 16, 64
ALL_BUTTONS = tuple(one(number) for number in range(25))
OPERATIONS: Mapping[str, tuple[Sequence[Operation], int]] = {
    "list50": ([LIST50], CLIENTS),
    "fanout50": ([FANOUT50], CLIENTS),
    "one": (ALL_BUTTONS, CLIENTS),
    "hot": ([one()], CROWD),
}
"""What is asked by how many clients: `one` asks for each button in turn, `hot` for the same one again and again."""

COLUMNS = ("operation", "server", "upstream", "CPU ms", "of plain", "requests/s", "p50 ms", "p99 ms", "calls")


async def shares(ground: Ground, names: Sequence[str]) -> Section:
    """Measure these of the operations; raise WrongAnswer where servers answer differently."""
    with ExitStack() as stack:
        roads = _roads(ground, stack)
        for name in names:
            await _check(roads, OPERATIONS[name][0][0])
        tasks = [Task(name, road, *OPERATIONS[name]) for name in names for road in roads]
        costs = await measure(tasks, ground.effort, ground.say)
    return Section([_summary(costs), _table(costs)], [*_share_bars(costs), *_calm_bars(costs)])


def _roads(ground: Ground, stack: ExitStack) -> list[Road]:
    fleet, directory = ground.fleet, ground.directory / "shares"
    stub = stack.enter_context(stub_of(ground.tape, directory / "stub"))
    roads = [
        plain_over_http(fleet, stub, directory / "plain"),
        gateway_over_http(fleet, stub, directory / "http"),
        gateway_in_process(fleet, directory / "in-process"),
        gateway_over_http(fleet, stub, directory / "core", GRAPHQL_CORE, {"GATEWAY_EXECUTOR": "graphql-core"}),
    ]
    return [stack.enter_context(road) for road in roads]


async def _check(roads: Sequence[Road], operation: Operation) -> None:
    """Hold all answers to be equal, so that all servers do the same."""
    first, *others = [json.loads(await answer(road.gateway.port, operation)) for road in roads]
    for road, other in zip(roads[1:], others, strict=True):
        if other["data"] != first["data"]:
            raise WrongAnswer(f"{operation.name}: {road.name}, {road.upstream}, answers unlike {roads[0].name}")


def _summary(costs: Sequence[Cost]) -> Table:
    """One row for each operation, one column for each server."""
    roads = list(dict.fromkeys((cost.task.road.name, cost.task.road.upstream) for cost in costs))
    names = list(dict.fromkeys(cost.task.name for cost in costs))
    by_place = {(cost.task.name, cost.task.road.name, cost.task.road.upstream): cost.gateway_cpu for cost in costs}
    rows = []
    for name in names:
        plain, *others = [by_place[name, *road] for road in roads]
        rows.append((name, f"{plain:.2f}", *(f"{cpu:.2f} = 1/{plain / cpu:.1f}" for cpu in others)))
    return Table("CPU ms of a request", ("operation", *(f"{name}, {upstream}" for name, upstream in roads)), rows)


def _table(costs: Sequence[Cost]) -> Table:
    plain = {cost.task.name: cost for cost in costs if cost.task.road.name == PLAIN}
    rows = [
        (
            cost.task.name,
            cost.task.road.name,
            cost.task.road.upstream,
            f"{cost.gateway_cpu:.2f}",
            "1" if cost.task.road.name == PLAIN else f"1/{plain[cost.task.name].gateway_cpu / cost.gateway_cpu:.1f}",
            f"{cost.requests_a_second:,.0f}",
            f"{cost.p50:.1f}",
            f"{cost.p99:.1f}",
            "" if cost.calls is None else f"{cost.calls:.1f}",
        )
        for cost in costs
    ]
    return Table("The same with times and calls upstream", COLUMNS, rows, 3)


def _share_bars(costs: Sequence[Cost]) -> list[Bar]:
    plain = {cost.task.name: cost for cost in costs if cost.task.road.name == PLAIN}
    return [
        share_bar(cost.task.name, cost.task.road.upstream, plain[cost.task.name].gateway_cpu / cost.gateway_cpu)
        for upstream in (SIGNED_HTTP, IN_PROCESS)
        for cost in costs
        if cost.task.road.name == COMPILED and cost.task.road.upstream == upstream
    ]


def _calm_bars(costs: Sequence[Cost]) -> list[Bar]:
    return [calm_bar(cost) for cost in costs if cost.task.road.name == COMPILED and cost.task.clients == CLIENTS]
