"""Whatever is asked, compiled operations answer what graphql-core answers."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterable
from random import Random
from typing import Final

import pytest

from tests.execution.compiled.documents import Writer, everything
from tests.execution.compiled.nasty import SCHEMA
from tests.execution.compiled.roads import Case, Outcome, assert_same, by_core, case_of, compiled, quiet
from tests.execution.compiled.world import Thing, World

AT_ONCE: Final = 50


def test_nothing_differs(capsys: pytest.CaptureFixture[str]) -> None:
    """Hundreds of documents over a schema that is made to be nasty: the same data, the same errors."""
    differ(capsys, first=0, count=400)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_nothing_differs_in_the_long_run(capsys: pytest.CaptureFixture[str]) -> None:
    """Thousands of them."""
    differ(capsys, first=10_000, count=4_000)


def differ(capsys: pytest.CaptureFixture[str], *, first: int, count: int) -> None:
    wanted = everything(SCHEMA._schema)
    total, same = len(wanted), []
    for begin in range(first, first + count, AT_ONCE):
        same += compare(range(begin, min(begin + AT_ONCE, first + count)), wanted)
    with capsys.disabled():
        reached = f"{total - len(wanted)} of {total} fields, arguments and enum values"
        print(f"\n{len(same)} documents, {sum(same)} the same error by error; {reached}")  # noqa: T201 - asked for
    assert len(same) > 0.9 * count
    assert sum(same) > 0.7 * len(same)
    assert wanted == set()


def compare(seeds: Iterable[int], wanted: set[str]) -> list[bool]:
    """By graphql-core in a loop of its own: what that leaves unawaited is gone before ours are looked at."""
    cases = [(seed, *made) for seed in seeds if (made := make(seed, wanted)) is not None]
    with quiet():
        theirs = asyncio.run(each(by_core, cases))
    ours = asyncio.run(each(compiled, cases))
    gc.collect()
    same = []
    for (seed, case, world), mine, expected in zip(cases, ours, theirs, strict=True):
        try:
            same.append(assert_same(mine, expected))
        except AssertionError as error:
            error.add_note(f"seed {seed}, trouble {world.trouble}\n{case.operation.loc.source.body}")
            raise
    return same


async def each(run: Callable[..., Awaitable[Outcome]], cases: Iterable[tuple[int, Case, World]]) -> list[Outcome]:
    return [await run(case, Thing(world, "root", "Query"), []) for _, case, world in cases]


def make(seed: int, wanted: set[str]) -> tuple[Case, World] | None:
    random = Random(seed)  # noqa: S311 - no secret
    written = Writer(SCHEMA._schema, random, wanted).write("mutation" if seed % 8 == 0 else "query")
    case = case_of(SCHEMA, written.text, written.variables)
    return None if case is None else (case, World(seed, random.choice((0.0, 0.02, 0.1, 0.3))))
