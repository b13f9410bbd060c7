"""One list over several sources, and the cursor that knows where each of them stands."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import cmp_to_key, partial
from heapq import merge
from typing import Any, Generic, TypeAlias, TypeVar

from msgspec import Struct

from gateway.model.errors import CursorExpired, InvalidInput, UpstreamError, UpstreamTimeout
from gateway.model.once import Once
from gateway.model.order import SortValue, compare_values
from gateway.model.page import Mark, Slice
from gateway.model.purpose import Purpose
from gateway.model.seal import ForeignTokenError, Sealer
from gateway.sources.listing import Chunk, Listing, Place, SourceCut, Window

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Edge(Struct, Generic[Item], frozen=True):
    node: Item
    mark: Mark


class Bounded(Struct, Generic[Item], frozen=True):
    """A listing between the cuts that the request's cursors make in it; `index` is its place among the sources."""

    index: int
    listing: Listing[Item]
    low: SourceCut | None
    high: SourceCut | None

    async def read(self, limit: int, *, backwards: bool) -> Chunk[Item]:
        return await self.listing.read(Window(self.low, self.high, backwards, limit))

    def beyond(self, place: Place, *, backwards: bool) -> "Bounded[Item]":
        """What is left of it after the item there."""
        cut = SourceCut(place, after=not backwards)
        low, high = (self.low, cut) if backwards else (cut, self.high)
        return Bounded(self.index, self.listing, low, high)


Merged: TypeAlias = tuple[Bounded[Item], Item, Place, tuple[SortValue, ...]]
"""An item of a part: its place there, and what the list's order compares."""

Gap: TypeAlias = list[Any] | bool
"""Where a cursor divides a source: [place, after] as in SourceCut, or whether all of the source comes before it."""


class Page(Struct, Generic[Item], frozen=True, dict=True):
    """A page in list order. Whether there is more is known, or is told by what `rest` still holds.

    `places`: the source of each node, and its place there. `gaps`, of a list that is merged: where the cursor that the
    page came from divides each source. What only cursors need is made once there is one.
    """

    list: "Compound[Item]"
    slice: Slice
    nodes: Sequence[Item]
    places: Sequence[tuple[str, Place]]
    gaps: Mapping[str, Gap] | None
    unavailable: tuple[str, ...]
    scanned: int | None
    known_more: bool
    rest: tuple[Bounded[Item], ...]

    @Once
    def edges(self) -> Sequence[Edge[Item]]:
        step = -1 if self.slice.backwards else 1
        marks = self._marks(self.places[::step])
        return [Edge(node, mark) for node, mark in zip(self.nodes[::step], marks, strict=True)][::step]

    def has_more(self) -> bool | Awaitable[bool]:
        """Whether the list goes on in the direction asked for, in the sources that answer."""
        return self.known_more if self.known_more or not self.rest else self._rest_holds_more()

    async def _rest_holds_more(self) -> bool:
        for bounded in self.rest:
            ahead = await self.list.ask(bounded.listing, partial(bounded.read, 1, backwards=self.slice.backwards))
            if not isinstance(ahead, UpstreamError) and ahead.items:
                return True
        return False

    def _marks(self, places: Sequence[tuple[str, Place]]) -> Iterator[Mark]:
        """In the order of reading; of a merged list each says where it divides every source."""
        purpose = self.list.purpose
        if self.gaps is None:
            yield from [Mark(purpose, [source, place]) for source, place in places]
            return
        gaps = dict(self.gaps)
        for source, place in places:
            gaps[source] = [place, not self.slice.backwards]
            yield Mark(purpose, [source, place, dict(gaps)])


class Compound(Struct, Generic[Item], frozen=True):
    """Without an order the sources follow each other; with one (`descending`, a flag a criterion) they are merged.

    `purpose` names the list with its filter and order; a cursor of another list is refused. `patience`: the seconds
    that a source may take before the others go on without it.
    """

    listings: tuple[Listing[Item], ...]
    descending: tuple[bool, ...]
    purpose: Purpose
    sealer: Sealer
    patience: float

    async def count(self) -> int | None:
        """Count the items of all sources; None where one has too many to count. Raise UpstreamError where one fails."""
        # None is given up where another fails: who asks the same at this moment may share it.
        counts = await asyncio.gather(*(self.ask(listing, listing.count) for listing in self.listings))
        total: int | None = 0
        for count in counts:
            if isinstance(count, UpstreamError):
                raise count
            total = None if total is None or count is None else total + count
        return total

    async def ask(self, listing: Listing[Item], ask: Callable[[], Awaitable[Answer]]) -> Answer | UpstreamError:
        """What a list's source answers, or why it does not, or not in time.

        It is asked here, so that an operation that is given up before has begun nothing that nobody waits for.
        """
        try:
            async with asyncio.timeout(self.patience):
                return await ask()
        except UpstreamError as error:
            return error
        except TimeoutError:
            return UpstreamTimeout(f"Source {listing.source} did not answer in time.", listing.source)

    async def page(self, slice_: Slice) -> Page[Item]:
        """Read a page; raise InvalidInput for a cursor that is not of this list, ScanLimit, CursorExpired."""
        low, high = self._open(slice_.after, "after"), self._open(slice_.before, "before")
        bounded = [part for index in range(len(self.listings)) if (part := self._bounded(index, low, high))]
        if slice_.backwards:
            bounded.reverse()
        if self.descending:
            return await self._merged(bounded, slice_, high if slice_.backwards else low)
        return await self._in_turn(bounded, slice_)

    async def _in_turn(self, parts: Sequence[Bounded[Item]], slice_: Slice) -> Page[Item]:
        nodes: list[Item] = []
        places: list[tuple[str, Place]] = []
        unavailable: list[str] = []
        scanned: list[int] = []
        rest: tuple[Bounded[Item], ...] = tuple(parts)
        known_more = False
        while rest and len(nodes) < slice_.limit:
            part, rest = rest[0], rest[1:]
            source, wanted = part.listing.source, slice_.limit - len(nodes)
            chunk = await self.ask(part.listing, partial(part.read, wanted, backwards=slice_.backwards))
            if isinstance(chunk, UpstreamError):
                unavailable.append(source)
                continue
            nodes += chunk.items
            places += [(source, place) for place in chunk.places]
            scanned += [] if chunk.scanned is None else [chunk.scanned]
            known_more = chunk.more is True
            if chunk.more is None:
                rest = (part.beyond(chunk.places[-1], backwards=slice_.backwards), *rest)
        return self._page(nodes, places, None, slice_, unavailable, scanned, known_more=known_more, rest=rest)

    async def _merged(self, parts: Sequence[Bounded[Item]], slice_: Slice, entry: list[Any] | None) -> Page[Item]:
        reads = [(part, partial(part.read, slice_.limit, backwards=slice_.backwards)) for part in parts]
        answers = await asyncio.gather(*(self.ask(part.listing, read) for part, read in reads))
        answered = list(zip(parts, answers, strict=True))
        chunks = [(part, chunk) for part, chunk in answered if not isinstance(chunk, UpstreamError)]
        runs = [
            [(part, *one) for one in zip(chunk.items, chunk.places, chunk.values, strict=True)]
            for part, chunk in chunks
        ]
        merged = list(merge(*runs, key=cmp_to_key(self._compare), reverse=slice_.backwards))
        found = merged[: slice_.limit]
        return self._page(
            [item for _, item, _, _ in found],
            [(part.listing.source, place) for part, _, place, _ in found],
            self._gaps(entry, slice_),
            slice_,
            [part.listing.source for part, chunk in answered if isinstance(chunk, UpstreamError)],
            [chunk.scanned for _, chunk in chunks if chunk.scanned is not None],
            known_more=len(merged) > slice_.limit or any(chunk.more for _, chunk in chunks),
            rest=tuple(
                part.beyond(chunk.places[-1], backwards=slice_.backwards) if chunk.items else part
                for part, chunk in chunks
                if chunk.more is None
            ),
        )

    def _page(
        self,
        nodes: list[Item],
        places: list[tuple[str, Place]],
        gaps: Mapping[str, Gap] | None,
        slice_: Slice,
        unavailable: Sequence[str],
        scanned: Sequence[int],
        *,
        known_more: bool,
        rest: tuple[Bounded[Item], ...],
    ) -> Page[Item]:
        if slice_.backwards:
            nodes.reverse()
            places.reverse()
        total = sum(scanned) if scanned else None
        return Page(self, slice_, nodes, places, gaps, self._in_order(unavailable), total, known_more, rest)

    def _in_order(self, names: Sequence[str]) -> tuple[str, ...]:
        return tuple(listing.source for listing in self.listings if listing.source in names)

    def _compare(self, one: Merged[Item], other: Merged[Item]) -> int:
        values = compare_values(one[3], other[3], self.descending)
        return values or one[0].index - other[0].index

    def _gaps(self, entry: list[Any] | None, slice_: Slice) -> dict[str, Gap]:
        """Where the cursor that a page came from divides each source; without one, at its end."""
        side = -1 if slice_.backwards else 1
        return {
            listing.source: slice_.backwards if entry is None else self._gap(index, entry, side)
            for index, listing in enumerate(self.listings)
        }

    def _open(self, cursor: str | None, argument: str) -> list[Any] | None:
        if cursor is None:
            return None
        try:
            opened = self.sealer.open(self.purpose.text, cursor)
        except ForeignTokenError as error:
            raise InvalidInput(f"{argument} is not a cursor of this list with these arguments.", argument) from error
        if opened[0] not in self._sources:
            raise CursorExpired(f"The source {opened[0]} of this cursor is not configured any more.")
        return opened

    @property
    def _sources(self) -> list[str]:
        return [listing.source for listing in self.listings]

    def _bounded(self, index: int, low: list[Any] | None, high: list[Any] | None) -> Bounded[Item] | None:
        """The listing with the cuts of both cursors in it, or None where it lies outside them."""
        in_low, low_cut = self._cut(index, low, side=1)
        in_high, high_cut = self._cut(index, high, side=-1)
        return Bounded(index, self.listings[index], low_cut, high_cut) if in_low and in_high else None

    def _cut(self, index: int, cursor: list[Any] | None, side: int) -> tuple[bool, SourceCut | None]:
        """Whether the listing has a part on that side of the cursor (1: after it, -1: before it), and from where."""
        if cursor is None:
            return True, None
        gap = self._gap(index, cursor, side)
        return (gap == (side < 0), None) if isinstance(gap, bool) else (True, SourceCut(*gap))

    def _gap(self, index: int, cursor: list[Any], side: int) -> Gap:
        own, place, *merged = cursor
        sources = self._sources
        if sources[index] == own:
            return [place, side > 0]
        if not merged:
            return index < sources.index(own)
        # A source that was configured since then has not begun.
        gap: Gap = merged[0].get(sources[index], False)
        return gap
