"""A list read by keyset: what the embedded services can do beyond the wire."""

from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from msgspec import Struct

from gateway.model.order import SortValue

Filter = TypeVar("Filter")
Order = TypeVar("Order")


class Position(NamedTuple):
    """Where an item stands in an order: its sort values (one for each criterion), then the key that breaks ties."""

    values: tuple[SortValue, ...]
    key: tuple[str, ...]


class Cut(Struct, frozen=True):
    """A place between two items: just after the item at that position, or just before it; the item itself need not
    exist any more.
    """

    position: Position
    after: bool


class ListQuery(Struct, Generic[Filter, Order], frozen=True):
    """At most `limit` items between two cuts (None: the list's start or end), in order.

    Backwards takes those next to the end of the range; the answer then comes nearest to the end first.
    """

    filter: Filter
    order: tuple[Order, ...]
    low: Cut | None
    high: Cut | None
    backwards: bool
    limit: int


class EventQuery(Struct, frozen=True):
    """Events of one device, newest first, with `start` <= time < `end`, of these types (None: any).

    `newer` and `older` bound the range further by the position of an event (timestamp, type, value) that is itself left
    out: only events newer than `newer` and older than `older`. Backwards takes the oldest of them, oldest first.
    `token`: the page of the service's own that holds the event `older`, where a service pages by tokens.
    """

    device: str
    start: datetime
    end: datetime
    types: tuple[str, ...] | None
    newer: tuple[datetime, str, str] | None
    older: tuple[datetime, str, str] | None
    backwards: bool
    limit: int
    token: str | None = None
