"""Readings of many calls each, carried out together."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.model.errors import GatewayError, NotFound, ScanLimit
from gateway.sources.rounds import Reading, in_rounds
from gateway.sources.upstream import Params
from tests.sources.far_end import FarEnd


@dataclass(slots=True)
class Counting(FarEnd):
    """Answers each call with the number that it asks about; zero is nowhere to be found."""

    rounds: list[list[int]] = field(default_factory=list)

    async def call_many(self, operation: str, params: Sequence[Params]) -> Sequence[Params | GatewayError]:
        await asyncio.sleep(0)
        assert operation == "Count"
        numbers = [one["Number"] for one in params]
        self.rounds.append(numbers)
        return [{"Number": number} if number else NotFound("zero") for number in numbers]


def counted(number: int, calls: int) -> Reading[list[int]]:
    """Asks for the number and those behind it, that many in all."""
    found = []
    for each in range(number, number + calls):
        answer = yield {"Number": each}
        found.append(answer["Number"])
    return found


def too_far(number: int) -> Reading[list[int]]:
    yield {"Number": number}
    raise ScanLimit("too far")


def forgiving(number: int) -> Reading[list[int]]:
    try:
        yield {"Number": number}
    except NotFound:
        return [-1]
    return [number]


async def test_a_round_is_one_plural_call() -> None:
    """However many readings there are, they take as many plural calls as the longest of them takes calls."""
    upstream = Counting()
    made = await in_rounds(upstream, "Count", [counted(10, 1), counted(20, 3), counted(30, 0), counted(40, 2)])

    assert made == [[10], [20, 21, 22], [], [40, 41]]
    assert upstream.rounds == [[10, 20, 40], [21, 41], [22]]


async def test_nothing_is_asked_for_nothing() -> None:
    """Where no reading needs a call there is none."""
    upstream = Counting()

    assert await in_rounds(upstream, "Count", []) == []
    assert await in_rounds(upstream, "Count", [counted(1, 0)]) == [[]]
    assert upstream.rounds == []


async def test_a_failure_ends_its_own_reading_only() -> None:
    """A call that fails, or a reading that gives up, is told in its place; the others go on."""
    upstream = Counting()
    made = await in_rounds(upstream, "Count", [counted(0, 2), too_far(5), forgiving(0), counted(8, 2)])
    failed, gave_up, *others = made

    assert isinstance(failed, NotFound)
    assert isinstance(gave_up, ScanLimit)
    assert others == [[-1], [8, 9]]
    assert upstream.rounds == [[0, 5, 0, 8], [9]]
