"""A list over AWS, where all there is to go by is a service's own pages and tokens."""

from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Generic, TypeVar

from msgspec import Struct

from gateway.model.errors import CursorExpired, ScanLimit
from gateway.model.order import SortValue
from gateway.sources.listing import Chunk, Place, SourceCut, Window
from gateway.sources.wire_pages import (
    NOTHING,
    Bound,
    RawPage,
    WireOperation,
    bound_of,
    first_index,
    last_index,
    place_of,
)

Item = TypeVar("Item")


class Run(Struct, Generic[Item], frozen=True):
    """Items that a page gave between the cuts, and beside them their places.

    `ended`: nothing more can come; `scanned`: items read so far.
    """

    items: Sequence[Item]
    places: Sequence[Place]
    ended: bool
    scanned: int


class WireListing(Struct, Generic[Item], frozen=True):
    """Pages as the service gives them, in its own order or in one that it was asked for.

    `values`: what that order compares of an item; None where none was asked for.
    """

    source: str
    operation: WireOperation[Item]
    values: Callable[[Item], tuple[SortValue, ...]] | None
    scan_limit: int

    async def read(self, window: Window) -> Chunk[Item]:
        if window.limit == 0:
            return Chunk((), (), (), None)
        high = window.high
        from_end = self.operation.reversed_params is not None and (high is None or place_of(high).reverse)
        if window.backwards and not from_end:
            return await self._last(window)
        return await self._first(window)

    async def count(self) -> int | None:
        operation = self.operation
        if operation.counts and operation.keep is None:
            answer = await operation.upstream.call(operation.name, {**operation.params, "MaxResults": 1})
            if "TotalCount" in answer:
                return int(answer["TotalCount"])
        try:
            return len(await self.all())
        except ScanLimit:
            return None

    async def all(self) -> list[Item]:
        """Read the whole list; raise ScanLimit where it is longer than the limit."""
        items: list[Item] = []
        async with aclosing(self._runs(None, None, reverse=False)) as runs:
            async for run in runs:
                items += run.items
        return items

    async def _first(self, window: Window) -> Chunk[Item]:
        """Follow the pages in the direction asked for until there is enough."""
        start, stop = (window.high, window.low) if window.backwards else (window.low, window.high)
        limit, items, places = window.limit, list[Item](), list[Place]()
        more: bool | None = False
        scanned = 0
        searched = self.operation.keep is not None or (
            start is not None and place_of(start).reverse != window.backwards
        )
        size = None if searched else limit
        async with aclosing(self._runs(start, stop, reverse=window.backwards, size=size)) as runs:
            async for run in runs:
                items += run.items
                places += run.places
                scanned = run.scanned
                if len(items) >= limit:
                    more = True if len(items) > limit else (False if run.ended else None)
                    break
        del items[limit:]
        return Chunk(items, places[:limit], self._values(items), more, scanned if searched else None)

    async def _last(self, window: Window) -> Chunk[Item]:
        """Read all up to the end of the window and keep its last items."""
        tail: deque[tuple[Item, Place]] = deque(maxlen=window.limit + 1)
        scanned = 0
        async with aclosing(self._runs(window.low, window.high, reverse=False)) as runs:
            async for run in runs:
                tail.extend(zip(run.items, run.places, strict=True))
                scanned = run.scanned
        found = tuple(reversed(tail))[: window.limit]
        items = [item for item, _ in found]
        more = len(tail) > window.limit
        return Chunk(items, [place for _, place in found], self._values(items), more, scanned)

    def _values(self, items: Sequence[Item]) -> Sequence[tuple[SortValue, ...]]:
        return () if self.values is None else list(map(self.values, items))

    async def _runs(
        self, start: SourceCut | None, stop: SourceCut | None, *, reverse: bool, size: int | None = None
    ) -> AsyncGenerator[Run[Item], None]:
        """Yield what lies between the cuts, page by page; start and stop are named in the direction of reading.

        `size`: items wanted of a list that the service gives as it is; None where it has to be searched, and bounded.
        """
        token, begin = await self._begin(start, reverse=reverse)
        end = None if stop is None else await bound_of(self.operation, stop, reverse=reverse, start=False)
        if NOTHING in (begin, end):
            return
        scanned = 0
        while True:
            before = 0 if begin is None else (begin.index or 0) + 1
            asked = self.scan_limit - scanned if size is None else size + before
            page = await self.operation.page(token, reverse=reverse, size=asked)
            scanned += len(page.items)
            first, begin = first_index(page, begin)
            last = last_index(page, end)
            ended = page.next_token is None or last is not None
            found = await self._found(page, range(first, len(page.items) if last is None else last))
            yield Run([page.items[index] for index in found], page.places(found, reverse=reverse), ended, scanned)
            if ended:
                break
            if size is None and scanned >= self.scan_limit:
                raise ScanLimit(
                    f"More than {self.scan_limit} items of source {self.source} would have to be read, because its "
                    "service cannot do this by itself. Narrow the filter, drop the order or page forwards."
                )
            token = page.next_token
        if begin is not None or (end is not None and last is None):
            raise CursorExpired("The item that this cursor stands for is gone and its place cannot be found.")

    async def _begin(self, start: SourceCut | None, *, reverse: bool) -> tuple[str | None, Bound | None]:
        """The token to begin with, and the item to look for from there."""
        if start is None:
            return None, None
        place, inside = place_of(start), start.after == reverse
        if place.reverse != reverse:
            return None, await bound_of(self.operation, start, reverse=reverse, start=True)
        if place.next_token is not None and not inside:
            return place.next_token, None
        return place.token, Bound(place.key, inside, place.index)

    async def _found(self, page: RawPage[Item], indexes: Sequence[int]) -> Sequence[int]:
        """Those of the page's items at these indexes that are looked for."""
        operation = self.operation
        if operation.keep is None:
            return indexes
        kept = set(map(id, await operation.keep([page.items[index] for index in indexes])))
        return [index for index in indexes if id(page.items[index]) in kept]
