import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(only: str, cache: Path) -> tuple[subprocess.CompletedProcess[str], list[list[str]]]:
    command = [sys.executable, "-m", "tests.bench", "--quick", "--only", only, "--cache", str(cache)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    return done, [[cell.strip() for cell in line.split("│")[1:-1]] for line in done.stdout.splitlines() if "│" in line]


@pytest.mark.long
def test_a_bench_tells_every_cost_and_every_bar(tmp_path: Path) -> None:
    """`make bench` tells what each server spent, then each bar; its status sums the bars up.

    That all servers answer alike is what it begins with.
    """
    done, rows = run("one", tmp_path)
    [summary, *costs] = [row for row in rows if row[0] == "one"]
    verdicts = [row[2] for row in rows if len(row) == 4]

    assert done.stderr == ""
    assert [float(cell.partition(" = ")[0]) > 0 for cell in summary[1:]] == [True] * 4
    assert [row[1:3] for row in costs] == [
        ["plain", "signed HTTP"],
        ["gateway", "signed HTTP"],
        ["gateway", "in process"],
        ["on graphql-core", "signed HTTP"],
    ]
    assert [float(row[3]) > 0 for row in costs] == [True] * len(costs)
    assert len(verdicts) == 4
    assert set(verdicts) <= {"met", "MISSED"}
    assert done.returncode == (1 if "MISSED" in verdicts else 0)


@pytest.mark.long
def test_what_an_operation_asks_is_counted(tmp_path: Path) -> None:
    """The counts of calls and statements are exact, and within their bars."""
    done, rows = run("counts", tmp_path)

    assert [row[:2] for row in rows[:4]] == [
        ["one", "1"],
        ["list50", "2"],
        ["list50 with Alexa tags", "27"],
        ["fanout50", "52"],
    ]
    assert [row[2] for row in rows[4:]] == ["met"] * 8
    assert done.returncode == 0
