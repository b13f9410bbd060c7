"""The README's table of what requests cost, with the day, the machine and every bar of a run."""

from collections.abc import Sequence
from pathlib import Path

from tests.bench.bars import Bar
from tests.bench.section import Table

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- bench: written by make bench ARGS=--readme -->\n", "<!-- end of bench -->\n"


def write_readme(measured: str, table: Table, bars: Sequence[Bar], path: Path = README) -> None:
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise SystemExit(f"{path.name} has no place for the table: {BEGIN.strip()} … {END.strip()}")
    told = [(bar.promise, bar.measured, "met" if bar.met else "**missed**", bar.aim) for bar in bars]
    verdicts = Table("", ("bar", "measured", "", "aim"), told, 1)
    text = "\n".join((f"{measured}:\n", *_lines(table), "", *_lines(verdicts), ""))
    path.write_text(before + BEGIN + text + END + after, encoding="utf-8")


def _lines(table: Table) -> list[str]:
    rule = ["---" if number < table.words else "--:" for number, _ in enumerate(table.columns)]
    return ["| " + " | ".join(row) + " |" for row in (table.columns, rule, *table.rows)]
