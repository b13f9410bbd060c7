"""A page from the response cache, against a server that has nothing to do but send the same bytes."""

from collections.abc import Mapping
from contextlib import ExitStack

from tests.bench.bars import cache_bar
from tests.bench.load import answer
from tests.bench.measure import Task, measure
from tests.bench.operations import LIST50
from tests.bench.roads import gateway_in_process, ready_bytes
from tests.bench.section import Ground, Section, Table
from tests.bench.shares import CLIENTS

CACHED: Mapping[str, str] = {"GATEWAY_RESPONSE_CACHE": "16777216", "GATEWAY_RESPONSE_CACHE_AGE": "3600"}


async def cache(ground: Ground) -> Section:
    with ExitStack() as stack:
        cached = stack.enter_context(gateway_in_process(ground.fleet, ground.directory / "cached", "cached", CACHED))
        body = await answer(cached.gateway.port, LIST50)
        ready = stack.enter_context(ready_bytes(body, ground.directory / "ready"))
        tasks = [Task("list50", road, [LIST50], CLIENTS) for road in (ready, cached)]
        bytes_only, from_cache = await measure(tasks, ground.effort, ground.say)
    rows = [(cost.task.road.name, f"{cost.gateway_cpu:.3f}") for cost in (bytes_only, from_cache)]
    bar = cache_bar(from_cache.gateway_cpu / bytes_only.gateway_cpu)
    return Section([Table("From the response cache", ("list50", "CPU ms"), rows)], [bar])
