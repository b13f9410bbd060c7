"""`python -m tests.bench.flame [OPERATION]`: where a gateway's time goes, as a flame graph in build/.

By py-spy, which looks at the gateway from outside a few hundred times a second, while it is under load.
"""

import asyncio
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import uvloop

from tests.bench.fleets import FIFTY, make_fleet
from tests.bench.load import for_seconds, load
from tests.bench.measure import Task
from tests.bench.roads import gateway_in_process, gateway_over_http, stub_of
from tests.bench.servers import OTHER
from tests.bench.shares import OPERATIONS
from tests.bench.tape import record

BUILD = Path(__file__).parents[2] / "build"
SECONDS, A_SECOND = 10, 400


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else "list50"
    with tempfile.TemporaryDirectory(prefix="flame-") as directory:
        uvloop.run(_draw(name, Path(directory)))


async def _draw(name: str, directory: Path) -> None:
    fleet = await make_fleet(directory / "store", FIFTY)
    tape = await record(fleet)
    os.sched_setaffinity(0, {OTHER})
    BUILD.mkdir(exist_ok=True)
    with ExitStack() as stack:
        stub = stack.enter_context(stub_of(tape, directory / "stub"))
        for road in (gateway_over_http(fleet, stub, directory / "http"), gateway_in_process(fleet, directory / "near")):
            await _record(Task(name, stack.enter_context(road), *OPERATIONS[name]))


async def _record(task: Task) -> None:
    target = BUILD / f"flame-{task.name}-{task.road.upstream.replace(' ', '-').lower()}.svg"
    process = await asyncio.create_subprocess_exec(
        *("py-spy", "record", "--pid", str(task.road.gateway.process.pid), "--output", str(target)),
        *("--duration", str(SECONDS), "--rate", str(A_SECOND)),
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    await load(task.road.gateway.port, task.requests, task.clients, for_seconds(SECONDS + 2))
    if await process.wait() != 0:
        raise SystemExit("py-spy may not look at the gateway: it needs the right to trace other processes")
    print(target.relative_to(BUILD.parent))  # noqa: T201  # where to look is what it tells


if __name__ == "__main__":
    main()
