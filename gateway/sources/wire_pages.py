"""A service's own pages and tokens, and where an item stands in them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeAlias, TypeVar

from msgspec import Struct

from gateway.sources.listing import Place, SourceCut
from gateway.sources.upstream import Params, Upstream

Item = TypeVar("Item")


class RawPage(Struct, Generic[Item], frozen=True):
    """`keys` are those of the items."""

    token: str | None
    items: Sequence[Item]
    keys: Sequence[str]
    next_token: str | None

    def index(self, key: str) -> int | None:
        return self.keys.index(key) if key in self.keys else None

    def places(self, indexes: Sequence[int], *, reverse: bool) -> list[Place]:
        """Where those items stand, as StreamPlace has it; `reverse`: the page was read from the list's end."""
        token, keys, last = self.token, self.keys, len(self.items) - 1
        return [[reverse, token, index, keys[index], self.next_token if index == last else None] for index in indexes]


Keyed: TypeAlias = tuple[Sequence[Item], Sequence[str]]
"""Items, and beside them their keys."""


class WireOperation(Struct, Generic[Item], frozen=True):
    """How a service lists: the operation, its members, the largest page, and the items of an answer.

    `reversed_params` ask for the same list from its end, where the service can; `keep` drops what the service could not
    filter, and None means that it filters all by itself; `counts`: it tells a TotalCount.
    """

    upstream: Upstream
    name: str
    params: Params
    reversed_params: Params | None
    ceiling: int
    decode: Callable[[Params], Keyed[Item]]
    keep: Callable[[Sequence[Item]], Awaitable[Sequence[Item]]] | None
    counts: bool

    async def page(self, token: str | None, *, reverse: bool, size: int) -> RawPage[Item]:
        """Read as many items as asked for, up to the ceiling, although the service may give them in smaller pages."""
        params = (self.reversed_params if reverse else self.params) or {}
        wanted = min(size, self.ceiling)
        items, keys = list[Item](), list[str]()
        following = token
        while True:
            follow = {} if following is None else {"NextToken": following}
            asked = {**params, "MaxResults": wanted - len(items), **follow}
            answer = await self.upstream.call(self.name, asked)
            found, their_keys = self.decode(answer)
            items += found
            keys += their_keys
            following = answer.get("NextToken")
            if following is None or len(items) >= wanted:
                return RawPage(token, items, keys, following)


class StreamPlace(Struct, frozen=True):
    """An item's place: the page (its token, read from which end), the index within it and the item's key.

    `next_token` is there for the last item of a page that has a successor.
    """

    reverse: bool
    token: str | None
    index: int
    key: str
    next_token: str | None


def place_of(cut: SourceCut) -> StreamPlace:
    return StreamPlace(*cut.place)


class Bound(Struct, frozen=True):
    """An end of a window, in the direction of reading: an item, and whether it belongs to the window.

    `index`: where in the first page it stood last time, if that is known; it serves where the item is gone.
    """

    key: str
    inside: bool
    index: int | None = None


NOTHING = Bound("", inside=False)
"""The end of a window in which there can be nothing."""


async def bound_of(operation: WireOperation[Item], cut: SourceCut, *, reverse: bool, start: bool) -> Bound | None:
    """Find the item at a cut, or where it is gone the one that took its place; None: the window has no such end.

    `start`: whether the cut is where the reading begins, which is in the direction of `reverse`.
    """
    place = place_of(cut)
    same = place.reverse == reverse
    # A whole page, because what joined it meanwhile may have moved the item on.
    page = await operation.page(place.token, reverse=place.reverse, size=operation.ceiling)
    if page.index(place.key) is not None:
        return Bound(place.key, inside=(cut.after == reverse) == start)
    if place.index < len(page.items):
        return Bound(page.keys[place.index], inside=same == start)
    return NOTHING if same == start else None


def first_index(page: RawPage[Item], begin: Bound | None) -> tuple[int, Bound | None]:
    """Where in the page the window begins, and the item to go on looking for."""
    if begin is None:
        return 0, None
    size, found = len(page.items), page.index(begin.key)
    if found is not None:
        return found + (not begin.inside), None
    if begin.index is None:
        return size, begin
    # The item is gone: what stood behind it has moved up to its index.
    return min(begin.index, size), None


def last_index(page: RawPage[Item], stop: Bound | None) -> int | None:
    """Where in the page the window ends; None where it goes on."""
    found = None if stop is None else page.index(stop.key)
    return found if found is None or stop is None else found + stop.inside
