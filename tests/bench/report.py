import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table as RichTable

from tests.bench import section
from tests.bench.bars import Bar
from tests.bench.measure import Effort


def print_table(console: Console, table: section.Table) -> None:
    shown = RichTable(title=table.title)
    for number, column in enumerate(table.columns):
        shown.add_column(column, justify="left" if number < table.words else "right")
    for row in table.rows:
        shown.add_row(*row)
    console.print(shown)


def print_bars(console: Console, bars: Sequence[Bar]) -> None:
    shown = RichTable("bar", "measured", "", "aim")
    for bar in bars:
        shown.add_row(bar.promise, bar.measured, "[green]met[/green]" if bar.met else "[bold red]MISSED[/]", bar.aim)
    console.print(shown)


def machine(effort: Effort) -> str:
    """When, where and how it was measured."""
    today = datetime.now(UTC).date().isoformat()
    cores = f"{psutil.cpu_count()} cores of {_processor()}, one of them for what is measured"
    return f"{today}, {cores}, Python {platform.python_version()}; medians of {effort.rounds} rounds"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
