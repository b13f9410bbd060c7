from pathlib import Path

import pytest

from tests.bench.refusals import REFUSALS
from tests.bench.test_bench import run


@pytest.mark.long
def test_every_limit_is_told_what_it_refuses(tmp_path: Path) -> None:
    """`make bench` tells how much of each attack a second of one core refuses, and that all of it was refused."""
    done, rows = run("refusals", tmp_path)

    assert done.stderr == ""
    assert done.returncode == 0
    assert [row[:2] for row in rows] == [[refusal.name, refusal.limit] for refusal in REFUSALS]
    assert all(float(row[2].replace(",", "")) > 0 for row in rows)
