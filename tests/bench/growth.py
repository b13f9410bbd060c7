"""How cost grows: with the devices of a page, with clients, with the devices in the store."""

from collections.abc import Sequence
from contextlib import ExitStack

from rich.console import Console

from tests.bench.bars import ratio_bar
from tests.bench.fleets import Size, make_fleet
from tests.bench.large_fleet import large_fleet
from tests.bench.measure import Cost, Task, measure
from tests.bench.operations import LIST50, Operation, listed, one
from tests.bench.roads import Road, gateway_in_process, gateway_over_http, stub_of
from tests.bench.section import Ground, Section, Table
from tests.bench.shares import ALL_BUTTONS, CLIENTS
from tests.bench.tape import record

PAGES = (10, 50, 100, 1000)
AT_MOST = 22
"""How many times a page of 50 one of 1,000 may cost."""
LARGE_PAGES = {"GATEWAY_PAGE_MAXIMUM": "1000", "GATEWAY_MAXIMUM_COST": "1000000"}
CROWDS = (1, 4, 16, 64)
SIZES = range(43, 51)
"""Of pages that have nothing in common which requests could share."""
STORES = (1_000, 10_000, 100_000, 1_000_000)
QUICK_STORE, USUAL_STORE = 1_000, 100_000


async def pages(ground: Ground) -> Section:
    """Pages of 10 to 1,000 devices, half of them of each service."""
    ground.say("a fleet of 1,000")
    fleet = await make_fleet(ground.directory / "thousand", Size(buttons=500, echoes=500, events=0))
    with ExitStack() as stack:
        stub = stack.enter_context(stub_of(await record(fleet), ground.directory / "pages"))
        far = gateway_over_http(fleet, stub, ground.directory / "pages-http", more=LARGE_PAGES)
        near = gateway_in_process(fleet, ground.directory / "pages-near", more=LARGE_PAGES)
        roads = [stack.enter_context(road) for road in (far, near)]
        tasks = [Task(f"page of {size:,}", road, [listed(size)], CLIENTS) for road in roads for size in PAGES]
        costs = await measure(tasks, ground.effort.less, ground.say)
    bars = [
        ratio_bar(
            f"{road.upstream}: CPU of a page of 1,000, of that of 50",
            _cpu(costs, road, PAGES[-1]) / _cpu(costs, road, 50),
            AT_MOST,
        )
        for road in roads
    ]
    return Section([_table("Devices of a page", costs)], bars)


async def clients(ground: Ground) -> Section:
    """1 to 64 clients at once."""
    with ExitStack() as stack:
        stub = stack.enter_context(stub_of(ground.tape, ground.directory / "clients"))
        far = stack.enter_context(gateway_over_http(ground.fleet, stub, ground.directory / "clients-http"))
        near = stack.enter_context(gateway_in_process(ground.fleet, ground.directory / "clients-near"))
        asked: Sequence[tuple[str, Sequence[Operation]]] = (("list50", [LIST50]), ("one", ALL_BUTTONS))
        tasks = [
            Task(f"{name}, {crowd} clients", road, operations, crowd)
            for name, operations in asked
            for road in (far, near)
            for crowd in CROWDS
        ]
        sizes, name = [listed(size) for size in SIZES], f"lists of {SIZES[0]} to {SIZES[-1]}"
        tasks += [Task(f"{name}, {crowd} clients", near, sizes, crowd) for crowd in CROWDS]
        costs = await measure(tasks, ground.effort.less, ground.say)
    return Section([_table("Clients at once", costs)], [])


async def stores(ground: Ground) -> Section:
    """1,000 to 1,000,000 devices in the store, in process."""
    largest = STORES[-1] if ground.large else QUICK_STORE if ground.quick else USUAL_STORE
    with ExitStack() as stack:
        tasks = []
        for size in STORES:
            if size <= largest:
                ground.say(f"a fleet of {size:,}")
                fleet = await large_fleet(size, ground.cache, Console())
                road = stack.enter_context(gateway_in_process(fleet, ground.directory / f"store-{size}"))
                tasks += [
                    Task(f"{operation.name} of {size:,}", road, [operation], CLIENTS)
                    for operation in (LIST50, one(size // 2))
                ]
        costs = await measure(tasks, ground.effort.less, ground.say)
    return Section([_table("Devices in the store", costs)], [])


def _cpu(costs: Sequence[Cost], road: Road, size: int) -> float:
    return next(cost.gateway_cpu for cost in costs if cost.task.road is road and cost.task.name == f"page of {size:,}")


def _table(title: str, costs: Sequence[Cost]) -> Table:
    rows = [
        (
            cost.task.name,
            cost.task.road.upstream,
            f"{cost.gateway_cpu:.2f}",
            f"{cost.requests_a_second:,.0f}",
            f"{cost.p50:.1f}",
            f"{cost.p99:.1f}",
        )
        for cost in costs
    ]
    return Table(title, ("operation", "upstream", "CPU ms", "requests/s", "p50 ms", "p99 ms"), rows, 2)
