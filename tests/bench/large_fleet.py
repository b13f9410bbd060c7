"""The large fleet: made once, then kept in a directory that git ignores."""

import shutil
from hashlib import sha256
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from tests.bench import fleets
from tests.bench.fleets import Fleet, Size, make_fleet, open_fleet, rows_of

ROOT = Path(__file__).parents[2]
# Whatever changes these makes another fleet.
SOURCES = (ROOT / "gateway/store/tables.py", Path(fleets.__file__))
BUTTONS_IN_A_HUNDRED = 95
"""So that every depth that is measured lies in the same service."""


async def large_fleet(devices: int, cache: Path, console: Console) -> Fleet:
    size = Size(
        buttons=devices * BUTTONS_IN_A_HUNDRED // 100, echoes=devices - devices * BUTTONS_IN_A_HUNDRED // 100, events=0
    )
    kept = cache / f"{devices}-{_digest()}"
    if kept.exists():
        return await open_fleet(kept)
    making = _cleared(cache, devices)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"a fleet of {devices:,}", total=rows_of(size))
        await make_fleet(making, size, lambda rows: progress.advance(task, rows))
    making.rename(kept)
    return await open_fleet(kept)


def _cleared(cache: Path, devices: int) -> Path:
    """Where to make the fleet, without what an older version or an interrupted run has left."""
    for outdated in cache.glob(f"{devices}-*"):
        shutil.rmtree(outdated)
    return cache / f"{devices}-unfinished"


def _digest() -> str:
    return sha256(b"".join(source.read_bytes() for source in SOURCES)).hexdigest()[:12]
