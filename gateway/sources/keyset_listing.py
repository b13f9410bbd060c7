from typing import Any, Generic, TypeVar

from msgspec import Struct

from gateway.model.query import Cut, ListQuery, Position
from gateway.sources.listing import Chunk, Place, SourceCut, Window
from gateway.sources.upstream import Upstream

Item = TypeVar("Item")


class KeysetListing(Struct, Generic[Item], frozen=True):
    """A list that an embedded service reads by keyset, in either direction, at the same cost at any depth.

    `noun` names its operations beyond the wire (Query… and Count…) and the member that holds the items. `ties`:
    criteria that follow the order and are not compared between sources.
    """

    source: str
    upstream: Upstream
    noun: str
    filter: Any
    order: tuple[Any, ...]
    ties: tuple[Any, ...] = ()

    async def read(self, window: Window) -> Chunk[Item]:
        low, high = _cut(window.low), _cut(window.high)
        query = ListQuery(self.filter, self.order + self.ties, low, high, window.backwards, window.limit)
        answer = await self.upstream.call(f"Query{self.noun}", {"Query": query, "Source": self.source})
        positions, compared = answer["Positions"], len(self.order)
        values = [position.values[:compared] for position in positions] if compared else ()
        return Chunk(answer[self.noun], positions, values, answer["More"])

    async def count(self) -> int:
        answer = await self.upstream.call(f"Count{self.noun}", {"Filter": self.filter})
        return int(answer["Count"])


def position_of(place: Place) -> Position:
    values, key = place
    return Position(tuple(values), tuple(key))


def _cut(cut: SourceCut | None) -> Cut | None:
    return None if cut is None else Cut(position_of(cut.place), cut.after)
