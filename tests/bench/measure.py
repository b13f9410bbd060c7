"""Rounds in which all that is measured takes turns, so that a busy moment of the machine falls on all of it alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from tests.bench.load import Load, calls_of, crowd, for_seconds, load, request_of
from tests.bench.operations import Operation
from tests.bench.roads import SIGNED_HTTP, Road

MILLISECONDS = 1000
STEPS = 10
WARM_UP = 0.25
"""Seconds that each task runs before anything counts."""


@dataclass(frozen=True, slots=True)
class Task:
    """Operations, asked in turn over a road by that many clients at once; `headers` are lines of theirs."""

    name: str
    road: Road
    operations: Sequence[Operation]
    clients: int
    headers: Sequence[str] = ()

    @property
    def requests(self) -> list[bytes]:
        return [request_of(operation, *self.headers) for operation in self.operations]


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure, in how many rounds."""

    rounds: int
    seconds: float

    @property
    def less(self) -> "Effort":
        """For what shows how a cost grows, where a tenth more or less tells nothing."""
        return Effort(min(self.rounds, 3), self.seconds)


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians of the rounds; times in milliseconds, CPU for one request.

    `services_cpu` is 0 in process. `calls`: upstream, for one request, where they can be counted.
    """

    task: Task
    requests_a_second: float
    p50: float
    p99: float
    gateway_cpu: float
    services_cpu: float = 0.0
    calls: float | None = None

    @property
    def cpu(self) -> float:
        return self.gateway_cpu + self.services_cpu


async def measure(tasks: Sequence[Task], effort: Effort, progress: Callable[[str], None]) -> list[Cost]:
    samples: list[list[Cost]] = [[] for _ in tasks]
    for task in tasks:
        progress(f"warming up: {task.name}, {task.road.name}, {task.road.upstream}")
        await load(task.road.gateway.port, task.requests, task.clients, for_seconds(WARM_UP))
    for number in range(effort.rounds):
        for task, costs in zip(tasks, samples, strict=True):
            progress(f"round {number + 1}: {task.name}, {task.road.name}, {task.road.upstream}")
            costs.append(await _sample(task, effort))
    return [_medians(costs) for costs in samples]


async def memory(task: Task, requests: int) -> list[int]:
    """The gateway's resident bytes after each tenth of the requests."""
    resident = []
    for _ in range(STEPS):
        await load(task.road.gateway.port, task.requests, task.clients, lambda sent: sent < requests // STEPS)
        resident.append(task.road.gateway.resident_bytes())
    return resident


async def _sample(task: Task, effort: Effort) -> Cost:
    async with crowd(task.road.gateway.port, task.requests, task.clients) as clients:
        before = await _spent(task.road)
        done = await clients.ask(for_seconds(effort.seconds))
        after = await _spent(task.road)
    return cost_of(task, done, *(end - start for start, end in zip(before, after, strict=True)))


def cost_of(task: Task, done: Load, gateway_cpu: float, services_cpu: float, calls: int) -> Cost:
    """What one request of those took; CPU is given in seconds for all of them."""
    count = len(done.latencies)
    percentiles = quantiles(done.latencies, n=100, method="inclusive")
    return Cost(
        task,
        count / done.seconds,
        percentiles[49] * MILLISECONDS,
        percentiles[98] * MILLISECONDS,
        gateway_cpu / count * MILLISECONDS,
        services_cpu / count * MILLISECONDS,
        calls / count if task.road.upstream == SIGNED_HTTP else None,
    )


async def _spent(road: Road) -> tuple[float, float, int]:
    """CPU seconds of the gateway and of what is behind it, and how often that was asked, each so far."""
    services = road.services
    calls = await calls_of(services.port) if services and road.upstream == SIGNED_HTTP else 0
    return road.gateway.cpu_seconds(), services.cpu_seconds() if services else 0.0, calls


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
        None if costs[0].calls is None else middle(lambda cost: cost.calls or 0.0),
    )
