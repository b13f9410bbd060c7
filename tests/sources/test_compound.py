import asyncio
import warnings
from dataclasses import dataclass

import pytest

from gateway.model.errors import UpstreamTimeout
from gateway.model.page import Slice
from gateway.model.purpose import Purpose
from gateway.model.seal import Sealer
from gateway.sources.compound import Compound
from gateway.sources.listing import Chunk, Window

SEALER = Sealer(b"k" * 32)


@dataclass(frozen=True)
class Hanging:
    """A source whose service takes a request and never answers."""

    source: str

    async def read(self, window: Window) -> Chunk[str]:
        await asyncio.Event().wait()
        raise AssertionError(window)

    async def count(self) -> int | None:
        await asyncio.Event().wait()
        raise AssertionError


@dataclass(frozen=True)
class Answering:
    source: str

    async def read(self, window: Window) -> Chunk[str]:
        return Chunk(["door"][: window.limit], [["door"]], [("door",)], more=False)

    async def count(self) -> int | None:
        return 1


def compound(*, ordered: bool) -> Compound[str]:
    listings = (Hanging("slow-1"), Answering("hq"), Hanging("slow-2"))
    return Compound(listings, (False,) if ordered else (), Purpose("things"), SEALER, patience=0.05)


async def test_sources_that_hang_do_not_hold_up_the_others() -> None:
    """In turn and in an order, whoever never answers is named after a while, and the others' items are there."""
    for ordered in (False, True):
        page = await compound(ordered=ordered).page(Slice(5, backwards=False, after=None, before=None))

        assert [edge.node for edge in page.edges] == ["door"]
        assert page.unavailable == ("slow-1", "slow-2")
        assert page.has_more() is False


async def test_backwards_the_missing_are_named_in_the_same_order() -> None:
    """The sources that are missing are named in configured order, whichever way a page is read."""
    page = await compound(ordered=False).page(Slice(5, backwards=True, after=None, before=None))

    assert page.unavailable == ("slow-1", "slow-2")


async def test_a_count_that_hangs_names_its_source() -> None:
    """A total that one source does not tell in time is an error that names it, and the others are heard out."""
    with pytest.raises(UpstreamTimeout) as failed:
        await compound(ordered=False).count()

    assert failed.value.source == "slow-1"


async def test_what_is_given_up_before_it_began_leaves_nothing_behind() -> None:
    """An operation that is cancelled at once, as where another field of it fails, leaves no work unawaited."""
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        for work in (compound(ordered=True).count(), compound(ordered=True).page(Slice(5, False, None, None))):
            task = asyncio.create_task(work)
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert task.cancelled()

    assert [str(one.message) for one in complaints] == []
