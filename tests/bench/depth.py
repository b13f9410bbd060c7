"""Pages at rising depths of a large fleet cost alike."""

from collections.abc import Sequence
from contextlib import ExitStack

from rich.console import Console

from tests.bench.bars import Bar, depth_bar
from tests.bench.deep import Deep, backwards_in_process, forwards_in_process, forwards_over_http
from tests.bench.large_fleet import large_fleet
from tests.bench.load import WrongAnswer, answer
from tests.bench.measure import Cost, Task, measure
from tests.bench.roads import Road, gateway_in_process, gateway_over_services
from tests.bench.section import Ground, Section, Table

CLIENTS = 16
MILLION, MANY, FEW = 1_000_000, 100_000, 2_000


async def depth(ground: Ground) -> Section:
    devices = MILLION if ground.large else FEW if ground.quick else MANY
    ground.say(f"a fleet of {devices:,}")
    fleet = await large_fleet(devices, ground.cache, Console())
    depths = (0, devices // 100, devices * 9 // 10)
    ways = {
        "forwards": [forwards_in_process(fleet.settings, depth) for depth in depths],
        "backwards": [backwards_in_process(fleet.settings, depth) for depth in depths],
        "over HTTP": [forwards_over_http(fleet.settings, depth) for depth in depths],
    }
    with ExitStack() as stack:
        near = stack.enter_context(gateway_in_process(fleet, ground.directory / "large"))
        far = stack.enter_context(gateway_over_services(fleet, near.gateway, ground.directory / "far"))
        roads = {"forwards": near, "backwards": near, "over HTTP": far}
        for way, pages in ways.items():
            await _check(roads[way], pages)
        tasks = [
            Task(page.operation.name, roads[way], [page.operation], CLIENTS)
            for way, pages in ways.items()
            for page in pages
        ]
        costs = await measure(tasks, ground.effort.less, ground.say)
    return Section([_table(devices, costs)], _bars(list(ways), costs))


def _table(devices: int, costs: Sequence[Cost]) -> Table:
    rows = [
        (
            cost.task.name,
            cost.task.road.upstream,
            f"{cost.gateway_cpu:.2f}",
            f"{cost.services_cpu:.2f}",
            f"{cost.p50:.1f}",
        )
        for cost in costs
    ]
    columns = ("page of 50", "upstream", "CPU ms", "CPU ms of the services", "p50 ms")
    return Table(f"How deep a page lies in {devices:,} devices", columns, rows, 2)


def _bars(ways: Sequence[str], costs: Sequence[Cost]) -> list[Bar]:
    each = len(costs) // len(ways)
    return [
        depth_bar(f"a page, {way}", costs[number * each], costs[number * each + each - 1])
        for number, way in enumerate(ways)
    ]


async def _check(road: Road, pages: Sequence[Deep]) -> None:
    for page in pages:
        if not page.is_answered_by(await answer(road.gateway.port, page.operation)):
            raise WrongAnswer(f"{page.operation.name}, {road.upstream}: not the devices that stand there")
