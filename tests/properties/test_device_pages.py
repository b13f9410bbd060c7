"""Pages of random fleets: the same list over both upstreams and on both databases, whatever is paged and changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
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
from tests.properties.stores import Store
from tests.schema.graph import Graph

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHORT = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LONG = settings(SHORT, max_examples=1500)
largest_pages = st.none() | st.integers(1, 3)
sizes = st.lists(st.integers(1, 8), min_size=1, max_size=4)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of one gateway, in one filter and order."""

    graph: Graph
    wanted: Wanted
    order: Sequence[Criterion]

    async def page(
        self,
        *,
        backwards: bool,
        size: int,
        after: str | None = None,
        before: str | None = None,
        total: bool = False,
    ) -> Any:  # noqa: ANN401 - JSON
        criteria = ", ".join(
            f"{{ field: {field}, direction: {'DESC' if down else 'ASC'} }}" for field, down in self.order
        )
        document = f"""query ($first: Int, $after: String, $last: Int, $before: String) {{
          devices(first: $first, after: $after, last: $last, before: $before,
                  filter: {self.wanted.document}, orderBy: [{criteria}]) {{
            edges {{ cursor node {{
              ... on OneClickDevice {{ label: deviceId }} ... on AlexaDevice {{ serial: serialNumber }} }} }}
            {"totalCount" if total else ""} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"""
        arguments = {"last" if backwards else "first": size, "after": after, "before": before}
        return (await self.graph.data(document, **arguments))["devices"]

    async def walk(
        self, page_sizes: Sequence[int], between: Callable[[int], Any], *, backwards: bool
    ) -> list[list[str]]:
        """Page after page to the end, in the order of reading; `between` is called with each page's number."""
        found: list[list[str]] = []
        cursor = None
        for number, size in enumerate(cycle(page_sizes)):
            ends = {"before": cursor} if backwards else {"after": cursor}
            page = await self.page(backwards=backwards, size=size, **ends)
            found.append(labels(page))
            cursor = page["pageInfo"]["startCursor" if backwards else "endCursor"]
            if not page["pageInfo"]["hasPreviousPage" if backwards else "hasNextPage"]:
                return found
            await between(number)
        raise AssertionError


def labels(page: Any) -> list[str]:  # noqa: ANN401 - JSON
    return [edge["node"].get("label") or edge["node"]["serial"] for edge in page["edges"]]


async def nothing(_number: int) -> None:
    """Change nothing between two pages."""


async def check_everywhere(
    stores: list[Store],
    fleet: list[Thing],
    wanted: Wanted,
    order: list[Criterion],
    page_sizes: list[int],
    at: int,
    largest: int | None,
) -> None:
    whole = [thing.label for thing in expected(fleet, wanted, order)]
    for store in stores:
        await store.fill(fleet)
        for graph in store.opened(largest):
            listing = Listing(graph, wanted, order)
            forwards = await listing.walk(page_sizes, nothing, backwards=False)
            backwards = await listing.walk(page_sizes, nothing, backwards=True)
            assert [label for page in forwards for label in page] == whole, (store.name, graph.way)
            assert [label for page in backwards for label in reversed(page)] == whole[::-1], (store.name, graph.way)
            await check_a_cursor(listing, whole, at)


async def check_a_cursor(listing: Listing, whole: list[str], at: int) -> None:
    """The cursor of any edge, got in either direction, resumes in both."""
    for from_end in (False, True):
        page = await listing.page(backwards=from_end, size=20, total=True)
        assert (labels(page), page["totalCount"]) == (whole, len(whole))
        if not whole:
            return
        place = at % len(whole)
        cursor = page["edges"][place]["cursor"]
        for backwards in (False, True):
            rest = await listing.page(backwards=backwards, size=20, after=cursor)
            start = await listing.page(backwards=backwards, size=20, before=cursor)
            assert (labels(rest), labels(start)) == (whole[place + 1 :], whole[:place])


@SHORT
@given(fleet=fleets, wanted=filters, order=orders, page_sizes=sizes, at=st.integers(0, 99), largest=largest_pages)
async def test_a_list_is_the_same_everywhere(
    stores: list[Store],
    fleet: list[Thing],
    wanted: Wanted,
    order: list[Criterion],
    page_sizes: list[int],
    at: int,
    largest: int | None,
) -> None:
    """Any fleet, filter and order make one list, forwards and backwards, over both upstreams, on both databases."""
    await check_everywhere(stores, fleet, wanted, order, page_sizes, at, largest)


@pytest.mark.long
@pytest.mark.timeout(1800)
@LONG
@given(fleet=fleets, wanted=filters, order=orders, page_sizes=sizes, at=st.integers(0, 99), largest=largest_pages)
async def test_a_list_is_the_same_everywhere_at_length(
    stores: list[Store],
    fleet: list[Thing],
    wanted: Wanted,
    order: list[Criterion],
    page_sizes: list[int],
    at: int,
    largest: int | None,
) -> None:
    """The same, for many more fleets."""
    await check_everywhere(stores, fleet, wanted, order, page_sizes, at, largest)


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


@SHORT
@given(
    fleet=fleets,
    start=starts,
    toggles=changes,
    listing=st.tuples(filters, orders),
    page_sizes=sizes,
    backwards=st.booleans(),
)
async def test_in_process_what_joins_and_leaves_moves_nothing_else(
    stores: list[Store],
    fleet: list[Thing],
    start: set[int],
    toggles: list[list[int]],
    listing: tuple[Wanted, list[Criterion]],
    page_sizes: list[int],
    backwards: bool,  # noqa: FBT001 - drawn
) -> None:
    """In process, on both databases, a change between two pages repeats or drops no other device, either way."""
    for store in stores:
        graph = next(store.opened())
        await check_changes(store, graph, fleet, start, toggles, listing, page_sizes, backwards=backwards)


@pytest.mark.long
@pytest.mark.timeout(1800)
@LONG
@given(
    fleet=fleets,
    start=starts,
    toggles=changes,
    listing=st.tuples(filters, orders),
    page_sizes=sizes,
    backwards=st.booleans(),
)
async def test_in_process_what_joins_and_leaves_moves_nothing_else_at_length(
    stores: list[Store],
    fleet: list[Thing],
    start: set[int],
    toggles: list[list[int]],
    listing: tuple[Wanted, list[Criterion]],
    page_sizes: list[int],
    backwards: bool,  # noqa: FBT001 - drawn
) -> None:
    """The same, for many more fleets."""
    for store in stores:
        graph = next(store.opened())
        await check_changes(store, graph, fleet, start, toggles, listing, page_sizes, backwards=backwards)


async def check_changes_over_aws(
    store: Store,
    fleet: list[Thing],
    toggles: list[int],
    listing: tuple[Wanted, list[Criterion]],
    page_sizes: list[int],
    largest: int | None,
    *,
    backwards: bool,
) -> None:
    """One thing joins or leaves between two pages: what stayed all the time is read once, in order."""
    _, over_aws = store.opened(largest)
    assert over_aws.over_aws
    present = fleet[::2]
    await store.fill(present)
    changing = Changing(store, list(present), listing[1], listing[0], backwards)

    async def between(number: int) -> None:
        if number < len(toggles):
            await changing.toggle([fleet[toggles[number] % len(fleet)]])

    pages = await Listing(over_aws, *listing).walk(page_sizes, between, backwards=backwards)
    read = [label for page in pages for label in (reversed(page) if backwards else page)]
    changed = {fleet[number % len(fleet)].label for number in toggles}
    stayed = [thing.label for thing in expected(present, *listing) if thing.label not in changed]
    assert [label for label in read if label not in changed] == (stayed[::-1] if backwards else stayed)


@SHORT
@given(
    fleet=fleets.filter(bool),
    toggles=st.lists(st.integers(0, 13), max_size=4),
    listing=st.tuples(st.sampled_from(FILTERS), orders),
    page_sizes=sizes,
    backwards=st.booleans(),
    largest=largest_pages,
)
async def test_over_aws_what_joins_and_leaves_moves_nothing_else(
    stores: list[Store],
    fleet: list[Thing],
    toggles: list[int],
    listing: tuple[Wanted, list[Criterion]],
    page_sizes: list[int],
    backwards: bool,  # noqa: FBT001 - drawn
    largest: int | None,
) -> None:
    """Over the embedded services' own tokens, a change between two pages repeats or drops no device that stayed."""
    await check_changes_over_aws(stores[0], fleet, toggles, listing, page_sizes, largest, backwards=backwards)


@pytest.mark.long
@pytest.mark.timeout(1800)
@LONG
@given(
    fleet=fleets.filter(bool),
    toggles=st.lists(st.integers(0, 13), max_size=4),
    listing=st.tuples(st.sampled_from(FILTERS), orders),
    page_sizes=sizes,
    backwards=st.booleans(),
    largest=largest_pages,
)
async def test_over_aws_what_joins_and_leaves_moves_nothing_else_at_length(
    stores: list[Store],
    fleet: list[Thing],
    toggles: list[int],
    listing: tuple[Wanted, list[Criterion]],
    page_sizes: list[int],
    backwards: bool,  # noqa: FBT001 - drawn
    largest: int | None,
) -> None:
    """The same, for many more fleets."""
    await check_changes_over_aws(stores[0], fleet, toggles, listing, page_sizes, largest, backwards=backwards)


async def check_a_vanished_item(
    stores: list[Store],
    fleet: list[Thing],
    listing: tuple[Wanted, list[Criterion]],
    at: int,
    from_end: tuple[bool, bool],
    page_sizes: tuple[int, int],
    largest: int | None,
) -> None:
    """Walk to an item, take the item away, and go on from its cursor in whichever direction."""
    whole = expected(fleet, *listing)
    if not whole:
        return
    place, (came_backwards, goes_backwards) = at % len(whole), from_end
    before, after = whole[:place], whole[place + 1 :]
    for store in stores:
        for number in range(len(store.graphs)):
            await store.fill(fleet)
            graph = list(store.opened(largest))[number]
            one = Listing(graph, *listing)
            cursor = await cursor_of(one, whole[place].label, page_sizes[0], backwards=came_backwards)
            await store.database.write(lambda connection: remove(connection, whole[place]))
            for ends, left in (({"after": cursor}, after), ({"before": cursor}, before)):
                page = await one.page(backwards=goes_backwards, size=page_sizes[1], **ends)
                wanted = left[-page_sizes[1] :] if goes_backwards else left[: page_sizes[1]]
                assert labels(page) == [thing.label for thing in wanted], (store.name, graph.way, ends.keys())


async def cursor_of(listing: Listing, label: str, size: int, *, backwards: bool) -> str:
    cursor = None
    while True:
        page = await listing.page(backwards=backwards, size=size, **{"before" if backwards else "after": cursor})
        if label in labels(page):
            return str(page["edges"][labels(page).index(label)]["cursor"])
        cursor = page["pageInfo"]["startCursor" if backwards else "endCursor"]


vanishing = given(
    fleet=fleets,
    listing=st.tuples(filters, orders),
    at=st.integers(0, 99),
    from_end=st.tuples(st.booleans(), st.booleans()),
    page_sizes=st.tuples(st.integers(1, 8), st.integers(1, 8)),
    largest=largest_pages,
)


@SHORT
@vanishing
async def test_a_cursor_outlives_its_item(
    stores: list[Store],
    fleet: list[Thing],
    listing: tuple[Wanted, list[Criterion]],
    at: int,
    from_end: tuple[bool, bool],
    page_sizes: tuple[int, int],
    largest: int | None,
) -> None:
    """The cursor of a device that is gone leads on from where it was, got either way, going either way."""
    await check_a_vanished_item(stores, fleet, listing, at, from_end, page_sizes, largest)


@pytest.mark.long
@pytest.mark.timeout(1800)
@LONG
@vanishing
async def test_a_cursor_outlives_its_item_at_length(
    stores: list[Store],
    fleet: list[Thing],
    listing: tuple[Wanted, list[Criterion]],
    at: int,
    from_end: tuple[bool, bool],
    page_sizes: tuple[int, int],
    largest: int | None,
) -> None:
    """The same, for many more fleets."""
    await check_a_vanished_item(stores, fleet, listing, at, from_end, page_sizes, largest)
