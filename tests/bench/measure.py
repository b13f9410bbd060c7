"""Rounds in which all that is measured takes turns, so that a busy moment of the machine falls on all of it alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from tests.bench.load import for_seconds, load
from tests.bench.operations import Operation
from tests.bench.servers import Road

MILLISECONDS = 1000
STEPS = 10


@dataclass(frozen=True, slots=True)
class Task:
    """An operation over a road, and how much it asks upstream: requests over aioboto3, statements in process."""

    road: Road
    operation: Operation
    asks: int


@dataclass(frozen=True, slots=True)
class Effort:
    """How long and hard to measure."""

    clients: int
    rounds: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians of the rounds; times in milliseconds, CPU for one request. `services_cpu` is 0 in process."""

    task: Task
    requests_a_second: float
    p50: float
    p99: float
    gateway_cpu: float
    services_cpu: float

    @property
    def cpu(self) -> float:
        return self.gateway_cpu + self.services_cpu


async def measure(tasks: Sequence[Task], effort: Effort, progress: Callable[[str], None]) -> list[Cost]:
    samples: list[list[Cost]] = [[] for _ in tasks]
    for number in range(effort.rounds):
        for task, costs in zip(tasks, samples, strict=True):
            progress(f"round {number + 1}: {task.operation.name}, {task.road.upstream}")
            costs.append(await _sample(task, effort))
    return [_medians(costs) for costs in samples]


async def memory(road: Road, operations: Sequence[Operation], requests: int, clients: int) -> list[int]:
    """The gateway's resident bytes after each tenth of the requests."""
    resident = []
    for _ in range(STEPS):
        await load(road.gateway.port, operations, clients, go_on=lambda sent: sent < requests // STEPS)
        resident.append(road.gateway.resident_bytes())
    return resident


async def _sample(task: Task, effort: Effort) -> Cost:
    road = task.road
    gateway, services = road.gateway.cpu_seconds(), road.services.cpu_seconds() if road.services else 0.0
    done = await load(road.gateway.port, [task.operation], effort.clients, go_on=for_seconds(effort.seconds))
    count = len(done.latencies)
    percentiles = quantiles(done.latencies, n=100, method="inclusive")
    return Cost(
        task,
        count / done.seconds,
        percentiles[49] * MILLISECONDS,
        percentiles[98] * MILLISECONDS,
        (road.gateway.cpu_seconds() - gateway) / count * MILLISECONDS,
        (road.services.cpu_seconds() - services) / count * MILLISECONDS if road.services else 0.0,
    )


def _medians(costs: Sequence[Cost]) -> Cost:
    def middle(of: Callable[[Cost], float]) -> float:
        return median(map(of, costs))

    return Cost(
        costs[0].task,
        middle(lambda cost: cost.requests_a_second),
        middle(lambda cost: cost.p50),
        middle(lambda cost: cost.p99),
        middle(lambda cost: cost.gateway_cpu),
        middle(lambda cost: cost.services_cpu),
    )
