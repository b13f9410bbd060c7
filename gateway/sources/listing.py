"""What one source answers to a connection: a run of items between two cuts, each with its place."""

from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from msgspec import Struct

from gateway.model.order import SortValue

Item = TypeVar("Item")

Place: TypeAlias = Sequence[Any]
"""Where an item stands in its source, as JSON for a cursor; only the listing that made it can read it."""


class SourceCut(Struct, frozen=True):
    """Just after the item at that place, or just before it."""

    place: Place
    after: bool


class Window(Struct, frozen=True):
    """At most `limit` items between two cuts (None: the source's start or end).

    Backwards takes those next to the end, nearest to the end first.
    """

    low: SourceCut | None
    high: SourceCut | None
    backwards: bool
    limit: int


class Chunk(Struct, Generic[Item], frozen=True):
    """Items, and beside them their places, and what the list's order compares between sources, where it has one.

    `more`: whether the window holds more in that direction; None where only another call could tell.
    `scanned`: how many items were read to find these, where the service could not do it by itself.
    """

    items: Sequence[Item]
    places: Sequence[Place]
    values: Sequence[tuple[SortValue, ...]]
    more: bool | None
    scanned: int | None = None


class Listing(Protocol[Item]):
    """A filtered, ordered list in one source: a KeysetListing in process, a WireListing over AWS."""

    @property
    def source(self) -> str: ...

    async def read(self, window: Window) -> Chunk[Item]: ...

    async def count(self) -> int | None:
        """Count all items; None where that would pass the scan limit."""
        ...
