"""What the front door costs: callers known, counted and measured, against all of that off."""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime

from gateway.app.store import open_store
from gateway.model.caller import Scope
from gateway.store.api_keys import add_api_key
from tests.bench.bars import ratio_bar
from tests.bench.fleets import FIFTY, Fleet, make_fleet
from tests.bench.measure import Task, measure
from tests.bench.roads import gateway_in_process
from tests.bench.section import Ground, Section, Table
from tests.bench.shares import ALL_BUTTONS, CLIENTS

AT_MOST = 1.1
ON: Mapping[str, str] = {
    "GATEWAY_AUTHENTICATION": "required",
    "GATEWAY_RATE_COST": "60000000",
    "GATEWAY_METRICS": "true",
}
OFF: Mapping[str, str] = {"GATEWAY_RATE_COST": "0", "GATEWAY_METRICS": "false"}


async def front(ground: Ground) -> Section:
    """One device by its id, by a caller with an API key and without. Limits and costs cannot be off."""
    open_fleet = await make_fleet(ground.directory / "front-open", FIFTY)
    closed_fleet = await make_fleet(ground.directory / "front-closed", FIFTY)
    key = await _api_key(closed_fleet)
    with ExitStack() as stack:
        off = stack.enter_context(gateway_in_process(open_fleet, ground.directory / "off", "all off", OFF))
        on = stack.enter_context(gateway_in_process(closed_fleet, ground.directory / "on", "all on", ON))
        tasks = [
            Task("one", off, ALL_BUTTONS, CLIENTS),
            Task("one", on, ALL_BUTTONS, CLIENTS, (f"authorization: Bearer {key}",)),
        ]
        without, with_all = await measure(tasks, ground.effort, ground.say)
    rows = [(cost.task.road.name, f"{cost.gateway_cpu:.3f}") for cost in (without, with_all)]
    promise = "one, in process: CPU with an API key, rates and metrics, of that without"
    bar = ratio_bar(promise, with_all.gateway_cpu / without.gateway_cpu, AT_MOST)
    return Section([Table("The front door", ("one device by its id", "CPU ms"), rows)], [bar])


async def _api_key(fleet: Fleet) -> str:
    async with open_store(fleet.settings) as database:
        return await database.write(
            lambda connection: add_api_key(
                connection, "bench", frozenset({Scope.DEVICES_READ}), None, int(datetime.now(UTC).timestamp() * 1000)
            )
        )
