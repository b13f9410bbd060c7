"""A list over AWS, where all there is to go by is a service's own pages and tokens."""

from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Generic, TypeVar

from gateway.model.errors import CursorExpired, ScanLimit
from gateway.sources.listing import Chunk, Found, Place, SourceCut, Window
from gateway.sources.upstream import Params, Upstream

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class WireOperation(Generic[Item]):
    """How a service lists: the operation, its members, the largest page, and what to make of an item.

    `reversed_params` ask for the same list from its end, where the service can; `keep` drops what the service could not
    filter, and None means that it filters all by itself; `counts`: it tells a TotalCount.
    """

    upstream: Upstream
    name: str
    result: str
    params: Params
    reversed_params: Params | None
    ceiling: int
    decode: Callable[[Params], Item]
    key: Callable[[Item], str]
    keep: Callable[[Sequence[Item]], Awaitable[Sequence[Item]]] | None
    counts: bool


@dataclass(frozen=True, slots=True)
class StreamPlace:
    """An item's place: the page (its token, read from which end), the index within it and the item's key.

    `next_token` is there for the last item of a page that has a successor.
    """

    reverse: bool
    token: str | None
    index: int
    key: str
    next_token: str | None

    def plain(self) -> Place:
        return [self.reverse, self.token, self.index, self.key, self.next_token]


@dataclass(frozen=True, slots=True)
class RawPage(Generic[Item]):
    token: str | None
    items: Sequence[Item]
    next_token: str | None


@dataclass(frozen=True, slots=True)
class Run(Generic[Item]):
    """What a page gave between the cuts; `ended`: nothing more can come; `scanned`: items read so far."""

    found: list[Found[Item]]
    ended: bool
    scanned: int


@dataclass(frozen=True, slots=True)
class WireListing(Generic[Item]):
    """Pages as the service gives them, in its own order or in one that it was asked for."""

    source: str
    operation: WireOperation[Item]
    values: Callable[[Item], tuple[str | None, ...]]
    scan_limit: int

    async def read(self, window: Window) -> Chunk[Item]:
        if window.limit == 0:
            return Chunk((), None)
        high = window.high
        from_end = self.operation.reversed_params is not None and (high is None or _place(high).reverse)
        if window.backwards and not from_end:
            return await self._last(window)
        return await self._first(window)

    async def count(self) -> int | None:
        operation = self.operation
        if operation.counts and operation.keep is None:
            answer = await operation.upstream.call(operation.name, {**operation.params, "MaxResults": 1})
            return int(answer["TotalCount"])
        try:
            return len(await self.all())
        except ScanLimit:
            return None

    async def all(self) -> list[Found[Item]]:
        """Read the whole list; raise ScanLimit where it is longer than the limit."""
        found: list[Found[Item]] = []
        async with aclosing(self._runs(None, None, reverse=False)) as runs:
            async for run in runs:
                found += run.found
        return found

    async def _first(self, window: Window) -> Chunk[Item]:
        """Follow the pages in the direction asked for until there is enough."""
        start, stop = (window.high, window.low) if window.backwards else (window.low, window.high)
        found: list[Found[Item]] = []
        more: bool | None = False
        scanned = 0
        searched = self.operation.keep is not None or (start is not None and _place(start).reverse != window.backwards)
        size = None if searched else window.limit
        async with aclosing(self._runs(start, stop, reverse=window.backwards, size=size)) as runs:
            async for run in runs:
                found += run.found
                scanned = run.scanned
                if len(found) >= window.limit:
                    more = True if len(found) > window.limit else (False if run.ended else None)
                    break
        return Chunk(tuple(found[: window.limit]), more, scanned if searched else None)

    async def _last(self, window: Window) -> Chunk[Item]:
        """Read all up to the end of the window and keep its last items."""
        tail: deque[Found[Item]] = deque(maxlen=window.limit + 1)
        scanned = 0
        async with aclosing(self._runs(window.low, window.high, reverse=False)) as runs:
            async for run in runs:
                tail.extend(run.found)
                scanned = run.scanned
        found = tuple(reversed(tail))[: window.limit]
        return Chunk(found, len(tail) > window.limit, scanned)

    async def _runs(
        self, start: SourceCut | None, stop: SourceCut | None, *, reverse: bool, size: int | None = None
    ) -> AsyncGenerator[Run[Item], None]:
        """Yield what lies between the cuts, page by page; start and stop are named in the direction of reading.

        `size`: items wanted of a list that the service gives as it is; None where it has to be searched, and bounded.
        """
        token, begin = _begin(start, reverse=reverse)
        scanned = 0
        while True:
            asked = self.scan_limit - scanned if size is None else size + (begin.index + 1 if begin else 0)
            page = await self._page(token, reverse=reverse, size=asked)
            scanned += len(page.items)
            first, begin = _first_index(page, self.operation.key, begin, start, reverse=reverse)
            last = _last_index(page, self.operation.key, stop, reverse=reverse)
            ended = page.next_token is None or last is not None
            run = await self._found(page, first, len(page.items) if last is None else last, reverse=reverse)
            yield Run(run, ended, scanned)
            if ended:
                break
            if size is None and scanned >= self.scan_limit:
                raise ScanLimit(
                    f"More than {self.scan_limit} items of source {self.source} would have to be read, because its "
                    "service cannot do this by itself. Narrow the filter, drop the order or page forwards."
                )
            token = page.next_token
        if begin is not None:
            raise CursorExpired("The item that this cursor stands for is gone and its place cannot be found.")

    async def _page(self, token: str | None, *, reverse: bool, size: int) -> RawPage[Item]:
        operation = self.operation
        params = (operation.reversed_params if reverse else operation.params) or {}
        follow = {} if token is None else {"NextToken": token}
        answer = await operation.upstream.call(
            operation.name, {**params, "MaxResults": min(size, operation.ceiling), **follow}
        )
        items = [operation.decode(raw) for raw in answer.get(operation.result, ())]
        return RawPage(token, items, answer.get("NextToken"))

    async def _found(self, page: RawPage[Item], first: int, last: int, *, reverse: bool) -> list[Found[Item]]:
        operation = self.operation
        wanted = page.items[first:last]
        kept = wanted if operation.keep is None else await operation.keep(wanted)
        keys = {operation.key(item) for item in kept}
        final = len(page.items) - 1
        return [
            Found(
                item,
                self.values(item),
                StreamPlace(
                    reverse, page.token, index, operation.key(item), page.next_token if index == final else None
                ).plain(),
            )
            for index, item in enumerate(page.items)
            if first <= index < last and operation.key(item) in keys
        ]


def _place(cut: SourceCut) -> StreamPlace:
    return StreamPlace(*cut.place)


def _begin(start: SourceCut | None, *, reverse: bool) -> tuple[str | None, StreamPlace | None]:
    """The token to begin with, and the item to look for from there."""
    if start is None:
        return None, None
    place = _place(start)
    if place.reverse != reverse:
        return None, place
    if place.next_token is not None and start.after != reverse:
        return place.next_token, None
    return place.token, place


def _first_index(
    page: RawPage[Item],
    key: Callable[[Item], str],
    begin: StreamPlace | None,
    start: SourceCut | None,
    *,
    reverse: bool,
) -> tuple[int, StreamPlace | None]:
    """Where in the page the window begins, and the item to go on looking for."""
    if begin is None or start is None:
        return 0, None
    index = _index(page, key, begin.key)
    if index is not None:
        return index + (start.after != reverse), None
    if begin.reverse == reverse and begin.token == page.token:
        # The item is gone: what stood behind it has moved up to its index.
        return min(begin.index, len(page.items)), None
    return len(page.items), begin


def _last_index(
    page: RawPage[Item], key: Callable[[Item], str], stop: SourceCut | None, *, reverse: bool
) -> int | None:
    """Where in the page the window ends; None where it goes on."""
    if stop is None:
        return None
    place = _place(stop)
    index = _index(page, key, place.key)
    if index is not None:
        return index + (stop.after != reverse)
    if place.reverse == reverse and place.token == page.token:
        return min(place.index, len(page.items))
    return None


def _index(page: RawPage[Item], key: Callable[[Item], str], wanted: str) -> int | None:
    return next((index for index, item in enumerate(page.items) if key(item) == wanted), None)
