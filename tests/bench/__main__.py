"""`make bench`: what operations cost over both upstreams, and whether the bars are met.

    python -m tests.bench                               all of it, in less than ten minutes
    python -m tests.bench --only list50,one --quick     a first look at two operations
    python -m tests.bench --large --readme              with fleets of a million; writes the README's table

Ends with status 1 where a bar is not met.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import uvloop
from rich.console import Console

from gateway.observability.logging import configure_logging
from tests.bench.cache import cache
from tests.bench.counts import counts
from tests.bench.depth import depth
from tests.bench.execution import execution
from tests.bench.fleets import FIFTY, make_fleet
from tests.bench.front import front
from tests.bench.growth import clients, pages, stores
from tests.bench.live import live
from tests.bench.measure import Effort
from tests.bench.memory import steady
from tests.bench.readme import write_readme
from tests.bench.reads import reads
from tests.bench.refusals import refusals
from tests.bench.report import machine, print_bars, print_table
from tests.bench.section import Ground, Part, Section
from tests.bench.servers import OTHER
from tests.bench.shares import OPERATIONS, shares
from tests.bench.start import start
from tests.bench.tape import record

CACHE = Path(__file__).parents[2] / "build" / "bench"
PARTS: Mapping[str, Part] = {
    "execution": execution,
    "reads": reads,
    "cache": cache,
    "front": front,
    "refusals": refusals,
    "start": start,
    "counts": counts,
    "pages": pages,
    "clients": clients,
    "stores": stores,
    "depth": depth,
    "live": live,
    "memory": steady,
}
CAREFUL, QUICK = Effort(rounds=5, seconds=1.0), Effort(rounds=1, seconds=0.7)


def main() -> None:
    options = _options()
    console = Console(width=None if sys.stdout.isatty() else 150)
    configure_logging("console", "warning")
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        effort = QUICK if options.quick else CAREFUL
        console.print(machine(effort))
        sections = uvloop.run(_bench(options, effort, Path(directory), console))
    bars = [bar for section in sections for bar in section.bars]
    print_bars(console, bars)
    if options.readme:
        write_readme(machine(effort), sections[0].tables[0], bars)
    sys.exit(0 if all(bar.met for bar in bars) else 1)


async def _bench(options: argparse.Namespace, effort: Effort, directory: Path, console: Console) -> list[Section]:
    done: list[Section] = []
    with console.status("writing a fleet") as status:
        fleet = await make_fleet(directory / "store", FIFTY)
        tape = await record(fleet)
        os.sched_setaffinity(0, {OTHER})
        ground = Ground(directory, fleet, tape, effort, options.quick, options.large, options.cache, status.update)
        async for section in _sections(ground, options.only):
            for table in section.tables:
                print_table(console, table)
            done.append(section)
    return done


async def _sections(ground: Ground, only: Sequence[str]) -> AsyncIterator[Section]:
    asked = [name for name in OPERATIONS if name in only]
    if asked:
        yield await shares(ground, asked)
    for name, part in PARTS.items():
        if name in only:
            yield await part(ground)


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = sorted(set(names) - {*OPERATIONS, *PARTS})
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]} is none of {', '.join((*OPERATIONS, *PARTS))}")
    return names


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.partition("\n")[0])
    everything = ",".join((*OPERATIONS, *PARTS))
    parser.add_argument("--only", type=_names, default=_names(everything), help=f"some of {everything}")
    parser.add_argument("--quick", action="store_true", help="one short round, small fleets")
    parser.add_argument("--large", action="store_true", help="a fleet of a million, and a million requests")
    parser.add_argument("--readme", action="store_true", help="write the README's table")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where large fleets are kept from run to run")
    return parser.parse_args()


if __name__ == "__main__":
    main()
