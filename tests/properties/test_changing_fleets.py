"""Pages of random fleets that change in between: what stays is read once, in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties.fleets import (
    FILTERS,
    Criterion,
    Thing,
    Wanted,
    add,
    compare,
    expected,
    filters,
    fleets,
    orders,
    remove,
)
from tests.properties.listing import Listing, labels, largest_pages, sizes
from tests.properties.stores import Store
from tests.properties.twice import twice
from tests.schema.graph import Graph

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass(slots=True)
class Changing:
    """A fleet that things join and leave between two pages of a list."""

    store: Store
    present: list[Thing]
    order: Sequence[Criterion]
    wanted: Wanted
    backwards: bool

    async def toggle(self, things: Sequence[Thing]) -> None:
        def write(connection: Any) -> None:  # noqa: ANN401 - the store's connection
            for thing in things:
                if thing in self.present:
                    self.present.remove(thing)
                    remove(connection, thing)
                else:
                    self.present.append(thing)
                    add(connection, thing)

        await self.store.database.write(write)

    def following(self, taken: dict[str, Thing], size: int) -> list[Thing]:
        """The next things to read, after the last that was read of each source.

        Without an order sources follow each other: what joins a source that was read already is not gone back to.
        """
        side = -1 if self.backwards else 1
        in_order = expected(self.present, self.wanted, self.order)[::side]
        if not self.order:
            ends = list(taken.values())[-1:]
            return [one for one in in_order if all(compare(one, end, ()) * side > 0 for end in ends)][:size]
        return [
            one
            for one in in_order
            if one.place.name not in taken or compare(one, taken[one.place.name], self.order) * side > 0
        ][:size]


async def check_changes(
    store: Store,
    graph: Graph,
    fleet: list[Thing],
    start: set[int],
    toggles: list[list[int]],
    listing: tuple[Wanted, list[Criterion]],
    page_sizes: list[int],
    *,
    backwards: bool,
) -> None:
    """Every page is just what follows, in the fleet as it is then, what was read before."""
    present = [thing for index, thing in enumerate(fleet) if index in start]
    await store.fill(present)
    changing = Changing(store, present, listing[1], listing[0], backwards)
    taken: dict[str, Thing] = {}
    cursor = None
    for number, size in enumerate(cycle(page_sizes)):
        following = changing.following(taken, size)
        ends = {"before": cursor} if backwards else {"after": cursor}
        page = await Listing(graph, *listing).page(backwards=backwards, size=size, **ends)
        found = labels(page)[::-1] if backwards else labels(page)
        assert found == [thing.label for thing in following], (store.name, number)
        cursor = page["pageInfo"]["startCursor" if backwards else "endCursor"]
        for thing in following:
            taken.pop(thing.place.name, None)
            taken[thing.place.name] = thing
        more = page["pageInfo"]["hasPreviousPage" if backwards else "hasNextPage"]
        assert more == bool(changing.following(taken, 1))
        if not more or not found:
            return
        if number < len(toggles):
            await changing.toggle([fleet[index % len(fleet)] for index in toggles[number]])


changes = st.lists(st.lists(st.integers(0, 13), max_size=3, unique=True), max_size=5)
starts = st.sets(st.integers(0, 13))


async def moves_nothing_else_in_process(stores: list[Store], **drawn: Any) -> None:  # noqa: ANN401 - see `in_process`
    """In process, on both databases, a change between two pages repeats or drops no other device, either way."""
    for store in stores:
        await check_changes(store, next(store.opened()), **drawn)


in_process = given(
    fleet=fleets,
    start=starts,
    toggles=changes,
    listing=st.tuples(filters, orders),
    page_sizes=sizes,
    backwards=st.booleans(),
)
(
    test_in_process_what_joins_and_leaves_moves_nothing_else,
    test_in_process_what_joins_and_leaves_moves_nothing_else_at_length,
) = twice(in_process, moves_nothing_else_in_process)


async def moves_nothing_else_over_aws(
    stores: list[Store],
    fleet: list[Thing],
    toggles: list[int],
    listing: tuple[Wanted, list[Criterion]],
    page_sizes: list[int],
    largest: int | None,
    *,
    backwards: bool,
) -> None:
    """Over the embedded services' own tokens, a change between two pages repeats or drops no device that stayed."""
    store = stores[0]
    _, graph = store.opened(largest)
    assert graph.over_aws
    present = fleet[::2]
    await store.fill(present)
    changing = Changing(store, list(present), listing[1], listing[0], backwards)

    async def between(number: int) -> None:
        if number < len(toggles):
            await changing.toggle([fleet[toggles[number] % len(fleet)]])

    pages = await Listing(graph, *listing).walk(page_sizes, between, backwards=backwards)
    read = [label for page in pages for label in (reversed(page) if backwards else page)]
    changed = {fleet[number % len(fleet)].label for number in toggles}
    stayed = [thing.label for thing in expected(present, *listing) if thing.label not in changed]
    assert [label for label in read if label not in changed] == (stayed[::-1] if backwards else stayed)


over_aws = given(
    fleet=fleets.filter(bool),
    toggles=st.lists(st.integers(0, 13), max_size=4),
    listing=st.tuples(st.sampled_from(FILTERS), orders),
    page_sizes=sizes,
    backwards=st.booleans(),
    largest=largest_pages,
)
(
    test_over_aws_what_joins_and_leaves_moves_nothing_else,
    test_over_aws_what_joins_and_leaves_moves_nothing_else_at_length,
) = twice(over_aws, moves_nothing_else_over_aws)
