"""What a gateway holds does not grow with what it has answered."""

from tests.bench.bars import memory_bar
from tests.bench.fleets import FIFTY
from tests.bench.measure import Task, memory
from tests.bench.operations import LIST50, one
from tests.bench.roads import gateway_in_process
from tests.bench.section import Ground, Section

MILLION, MANY, FEW = 1_000_000, 50_000, 2_000
CLIENTS = 16
# 49 devices by their ids to one list.
STEADY = (LIST50, *(one(number % FIFTY.buttons) for number in range(49)))


async def steady(ground: Ground) -> Section:
    requests = MILLION if ground.large else FEW if ground.quick else MANY
    ground.say(f"watching memory over {requests:,} requests")
    with gateway_in_process(ground.fleet, ground.directory / "steady") as road:
        resident = await memory(Task("steady", road, STEADY, CLIENTS), requests)
    return Section([], [memory_bar(resident, requests)])
