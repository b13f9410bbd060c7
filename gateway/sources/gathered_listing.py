from collections.abc import Callable
from functools import cmp_to_key
from typing import Generic, TypeVar

from msgspec import Struct

from gateway.model.order import SortValue, compare_values
from gateway.model.query import Position
from gateway.sources.keyset_listing import position_of
from gateway.sources.listing import Chunk, SourceCut, Window
from gateway.sources.wire_listing import WireListing

Item = TypeVar("Item")


class GatheredListing(Struct, Generic[Item], frozen=True):
    """A list over AWS in an order that its service cannot do: read whole, up to the scan limit, and sorted here.

    `values`: what the order compares of an item; `key` breaks ties.
    """

    listing: WireListing[Item]
    values: Callable[[Item], tuple[SortValue, ...]]
    descending: tuple[bool, ...]
    key: Callable[[Item], tuple[str, ...]]

    @property
    def source(self) -> str:
        return self.listing.source

    async def count(self) -> int | None:
        return await self.listing.count()

    async def read(self, window: Window) -> Chunk[Item]:
        everything = await self.listing.all()
        rows = [(Position(self.values(item), self.key(item)), item) for item in everything]
        in_order = cmp_to_key(self._compare)
        rows.sort(key=lambda row: in_order(row[0]))
        inside = [row for row in rows if self._beyond(row[0], window.low) and not self._beyond(row[0], window.high, 0)]
        if window.backwards:
            inside.reverse()
        wanted = inside[: window.limit]
        return Chunk(
            [item for _, item in wanted],
            [position for position, _ in wanted],
            [position.values for position, _ in wanted],
            len(inside) > window.limit,
            len(everything),
        )

    def _compare(self, one: Position, other: Position) -> int:
        values = compare_values(one.values, other.values, self.descending)
        return values or (one.key > other.key) - (one.key < other.key)

    def _beyond(self, position: Position, cut: SourceCut | None, without: int = 1) -> bool:
        """Whether the position lies after the cut; without a cut, `without` says."""
        if cut is None:
            return bool(without)
        distance = self._compare(position, position_of(cut.place))
        return distance > 0 or (distance == 0 and not cut.after)
