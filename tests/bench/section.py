"""What a part of the bench works with, and what it finds."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tests.bench.bars import Bar
from tests.bench.fleets import Fleet
from tests.bench.measure import Effort
from tests.bench.tape import Tape


@dataclass(frozen=True, slots=True)
class Ground:
    """What all parts share: a fleet of 25 buttons and 25 Echo devices, what the services answer about it, and how much
    to do. `large`: whether fleets of a million and as many requests are worth the time; `cache` keeps such fleets.
    """

    directory: Path
    fleet: Fleet
    tape: Tape
    effort: Effort
    quick: bool
    large: bool
    cache: Path
    say: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as they are shown; all but the first `words` columns are numbers."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1


@dataclass(frozen=True, slots=True)
class Section:
    tables: Sequence[Table]
    bars: Sequence[Bar]


Part: TypeAlias = Callable[[Ground], Awaitable[Section]]
