from pathlib import Path

import pytest

from tests.bench.bars import Bar
from tests.bench.readme import BEGIN, END, write_readme
from tests.bench.section import Table

TABLE = Table("CPU", ("operation", "plain"), [("list50", "8.50")])


def test_a_table_stands_where_the_last_one_stood(tmp_path: Path) -> None:
    """What a run measured replaces what the one before did, and nothing else of the README changes."""
    readme = tmp_path / "README.md"
    readme.write_text(f"Before\n{BEGIN}old\n{END}After\n")
    bars = [Bar("list50", "1/9", met=False, aim="1/26"), Bar("one", "1/40", met=True)]

    write_readme("2026-11-22, 2 cores", TABLE, bars, readme)

    assert readme.read_text() == (
        f"Before\n{BEGIN}"
        "2026-11-22, 2 cores:\n\n"
        "| operation | plain |\n| --- | --: |\n| list50 | 8.50 |\n\n"
        "| bar | measured |  | aim |\n| --- | --: | --: | --: |\n"
        "| list50 | 1/9 | **missed** | 1/26 |\n| one | 1/40 | met |  |\n"
        f"{END}After\n"
    )


def test_a_readme_without_a_place_is_left_alone(tmp_path: Path) -> None:
    """A table that has nowhere to stand is refused, and nothing is lost."""
    readme = tmp_path / "README.md"
    readme.write_text("Nothing\n")

    with pytest.raises(SystemExit, match="no place"):
        write_readme("2026-11-22", TABLE, [], readme)

    assert readme.read_text() == "Nothing\n"
