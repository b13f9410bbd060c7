"""Cursors of devices that are gone: they lead on from where the device was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties.fleets import Criterion, Thing, Wanted, expected, filters, fleets, orders, remove
from tests.properties.listing import Listing, labels, largest_pages
from tests.properties.stores import Store
from tests.properties.twice import twice

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def outlives_its_item(
    stores: list[Store],
    fleet: list[Thing],
    listing: tuple[Wanted, list[Criterion]],
    at: int,
    from_end: tuple[bool, bool],
    page_sizes: tuple[int, int],
    largest: int | None,
) -> None:
    """The cursor of a device that is gone leads on from where it was, got either way, going either way."""
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


test_a_cursor_outlives_its_item, test_a_cursor_outlives_its_item_at_length = twice(vanishing, outlives_its_item)
