"""Pages of random fleets: the same list over both upstreams and on both databases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties.fleets import Criterion, Thing, Wanted, expected, filters, fleets, orders
from tests.properties.listing import Listing, labels, largest_pages, sizes
from tests.properties.stores import Store
from tests.properties.twice import twice

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def nothing(_number: int) -> None:
    """Change nothing between two pages."""


async def same_everywhere(
    stores: list[Store],
    fleet: list[Thing],
    wanted: Wanted,
    order: list[Criterion],
    page_sizes: list[int],
    at: int,
    largest: int | None,
) -> None:
    """Any fleet, filter and order make one list, forwards and backwards, over both upstreams, on both databases."""
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


devices = given(
    fleet=fleets, wanted=filters, order=orders, page_sizes=sizes, at=st.integers(0, 99), largest=largest_pages
)
test_a_list_is_the_same_everywhere, test_a_list_is_the_same_everywhere_at_length = twice(devices, same_everywhere)
