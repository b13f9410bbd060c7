"""From the start of a process to its first answer, against what the libraries alone take to import."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from statistics import median

from tests.bench.bars import ratio_bar
from tests.bench.counting import clean_environment
from tests.bench.load import answer
from tests.bench.operations import one
from tests.bench.roads import gateway_in_process
from tests.bench.section import Ground, Section, Table
from tests.bench.servers import MEASURED

AT_MOST = 1.3
BARE = "import strawberry, starlette, uvicorn, sqlalchemy"
ROUNDS = 5


async def start(ground: Ground) -> Section:
    bare: list[float] = []
    ours: list[float] = []
    await _first_answer(ground)  # the gateway's bytecode is written as an installation has it
    for number in range(1 if ground.quick else ROUNDS):
        ground.say(f"round {number + 1}: starting")
        bare.append(_imported())
        ours.append(await _first_answer(ground))
    rows = [(BARE, _milliseconds(bare)), ("start to first answer", _milliseconds(ours))]
    ratio = median(ours) / median(bare)
    bar = ratio_bar(
        "start to first answer, of a bare import of strawberry, starlette, uvicorn and sqlalchemy", ratio, AT_MOST
    )
    return Section([Table("Start", ("what", "ms"), rows)], [bar])


def _imported() -> float:
    began = time.perf_counter()
    command = [sys.executable, "-c", BARE]
    subprocess.run(command, check=True, env=clean_environment(), preexec_fn=_pin)  # one thread here
    return time.perf_counter() - began


async def _first_answer(ground: Ground) -> float:
    """Seconds from nothing to the answer of one device by its id."""
    began = time.perf_counter()
    with gateway_in_process(ground.fleet, ground.directory / "start") as road:
        await answer(road.gateway.port, one())
        return time.perf_counter() - began


def _pin() -> None:
    os.sched_setaffinity(0, {MEASURED})


def _milliseconds(seconds: Sequence[float]) -> str:
    return f"{median(seconds) * 1000:,.0f}"
