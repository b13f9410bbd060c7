import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIRST_LOOK = ("--fleet", "2000", "--requests", "200", "--rounds", "1", "--seconds", "0.2", "--clients", "2")


@pytest.mark.long
def test_a_bench_tells_every_cost_and_every_bar(tmp_path: Path) -> None:
    """`make bench` ends with a table of all costs and one of all bars; its status sums them up."""
    run = [sys.executable, "-m", "tests.bench", *FIRST_LOOK, "--cache", str(tmp_path)]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    lines = [[cell.strip() for cell in line.split("│")] for line in done.stdout.splitlines()]
    costs = [(line[1], line[2]) for line in lines if len(line) > 5]
    verdicts = [line[3] for line in lines if len(line) == 5]

    assert done.stderr == ""
    assert [name for name, upstream in costs if upstream == "aioboto3"] == [
        "one",
        "list50",
        "list50 with Alexa tags",
        "fanout50",
        "page at 0",
        "page at 20",
        "page at 1,800",
    ]
    assert len(costs) == 4 + 2 * 3 + 4 + 3
    assert verdicts[:8] == ["pass"] * 8
    assert len(verdicts) == 12
    assert done.returncode == (1 if "FAIL" in verdicts else 0)
