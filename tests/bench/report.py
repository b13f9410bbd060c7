import platform
from collections.abc import Sequence
from datetime import UTC, datetime

import psutil
from rich.console import Console
from rich.table import Table

from tests.bench.bars import Bar
from tests.bench.measure import Cost, Effort

COLUMNS = ("requests/s", "p50 ms", "p99 ms", "CPU ms, gateway", "CPU ms, services", "calls upstream", "SQL statements")


def print_costs(console: Console, costs: Sequence[Cost], effort: Effort) -> None:
    table = Table(title=f"{_machine()}; {effort.clients} clients, medians of {effort.rounds} rounds")
    table.add_column("operation")
    table.add_column("upstream")
    for column in COLUMNS:
        table.add_column(column, justify="right")
    for cost in costs:
        table.add_row(cost.task.operation.name, cost.task.road.upstream, *_cells(cost))
    console.print(table)


def print_bars(console: Console, bars: Sequence[Bar]) -> None:
    table = Table("bar", "measured", "")
    for bar in bars:
        table.add_row(bar.promise, bar.measured, "[green]pass[/green]" if bar.met else "[bold red]FAIL[/bold red]")
    console.print(table)


def _cells(cost: Cost) -> tuple[str, ...]:
    asks = str(cost.task.asks)
    remote = cost.task.road.services is not None
    return (
        f"{cost.requests_a_second:,.0f}",
        f"{cost.p50:.1f}",
        f"{cost.p99:.1f}",
        f"{cost.gateway_cpu:.2f}",
        f"{cost.services_cpu:.2f}" if remote else "",
        asks if remote else "",
        "" if remote else asks,
    )


def _machine() -> str:
    today = datetime.now(UTC).date().isoformat()
    return f"{today}, {platform.machine()}, {psutil.cpu_count()} cores, Python {platform.python_version()}"
