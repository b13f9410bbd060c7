from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Integer,
    Row,
    Select,
    Tuple,
    bindparam,
    delete,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite

from gateway.model.tenant import Tenant
from gateway.store.tables import events
from gateway.store.text import is_storable

AnySelect: TypeAlias = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]

POSITION = ("time", "type", "value")
STATEMENTS_KEPT = 32


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """Time in milliseconds since 1970; `body` is the StdEvent of 1-Click, None for Alexa for Business."""

    time: int
    type: str
    value: str
    body: str | None


@dataclass(frozen=True, slots=True)
class EventRange:
    """Events of `device` with start <= time < end (milliseconds), of these types (None: any), between two positions.

    Newest first; `backwards`: oldest first. At most `limit`.
    """

    device: str
    start: int
    end: int
    limit: int
    types: tuple[str, ...] | None = None
    newer: tuple[int, str, str] | None = None
    older: tuple[int, str, str] | None = None
    backwards: bool = False

    @property
    def shape(self) -> "RangeShape":
        return RangeShape(self.types is not None, self.newer is not None, self.older is not None, self.backwards)


@dataclass(frozen=True, slots=True)
class RangeShape:
    """What a range makes of its statement, whatever its values: which bounds there are, and the direction."""

    types: bool
    newer: bool
    older: bool
    backwards: bool


def add_event(connection: Connection, tenant: Tenant, device: str, event: StoredEvent) -> bool:
    """Keep an event; return whether it is new. An event is known by device, time, type and value."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(events).values(
        account=tenant.account,
        region=tenant.region,
        device=device,
        time=event.time,
        type=event.type,
        value=event.value,
        body=event.body,
    )
    return connection.execute(statement.on_conflict_do_nothing()).rowcount == 1


def events_of(connection: Connection, tenant: Tenant, ranges: Sequence[EventRange]) -> list[list[StoredEvent]]:
    """The events of each range, in the order asked for, in one statement."""
    if not ranges:
        return []
    statement = select_events(tuple(part.shape for part in ranges))
    return in_order(ranges, connection.execute(statement, event_values(tenant, ranges)))


@lru_cache(maxsize=STATEMENTS_KEPT)
def select_events(shapes: tuple[RangeShape, ...]) -> AnySelect:
    """One statement for the events of every range; a row names its range by number.

    Execute it with `event_values`, read its rows with `in_order`. It is kept, because making one takes ten times as
    long as running it.
    """
    parts = [select(_range(shape, number).subquery()) for number, shape in enumerate(shapes)]
    return union_all(*parts) if len(parts) > 1 else parts[0]


def event_values(tenant: Tenant, ranges: Sequence[EventRange]) -> dict[str, object]:
    """What the ranges put into their statement."""
    values: dict[str, object] = {"account": tenant.account, "region": tenant.region}
    for number, part in enumerate(ranges):
        values |= {
            f"device_{number}": part.device,
            f"start_{number}": part.start,
            f"end_{number}": part.end,
            f"limit_{number}": part.limit,
        }
        if part.types is not None:
            values[f"types_{number}"] = [*filter(is_storable, part.types)]
        for bound, position in (("newer", part.newer), ("older", part.older)):
            if position is not None:
                values |= {
                    f"{bound}_{column}_{number}": value for column, value in zip(POSITION, position, strict=True)
                }
    return values


def in_order(ranges: Sequence[EventRange], rows: Iterable[Row[*tuple[Any, ...]]]) -> list[list[StoredEvent]]:
    """The events of each range, in the order that the range asks for."""
    found: list[list[StoredEvent]] = [[] for _ in ranges]
    for row in rows:
        found[row.number].append(StoredEvent(row.time, row.type, row.value, row.body))
    for part, items in zip(ranges, found, strict=True):
        # UNION ALL promises no order between or within its parts.
        items.sort(key=lambda event: (event.time, event.type, event.value), reverse=not part.backwards)
    return found


def delete_events(connection: Connection, tenant: Tenant, device: str) -> None:
    connection.execute(
        delete(events).where(
            events.c.account == tenant.account, events.c.region == tenant.region, events.c.device == device
        )
    )


def _range(shape: RangeShape, number: int) -> Select[*tuple[Any, ...]]:
    position = tuple_(*(events.c[column] for column in POSITION))
    statement = select(
        literal(number).label("number"), events.c.device, events.c.time, events.c.type, events.c.value, events.c.body
    ).where(
        events.c.account == bindparam("account"),
        events.c.region == bindparam("region"),
        events.c.device == bindparam(f"device_{number}"),
        events.c.time >= bindparam(f"start_{number}"),
        events.c.time < bindparam(f"end_{number}"),
    )
    if shape.types:
        statement = statement.where(events.c.type.in_(bindparam(f"types_{number}", expanding=True)))
    if shape.newer:
        statement = statement.where(position > _position("newer", number))
    if shape.older:
        statement = statement.where(position < _position("older", number))
    order = [events.c[column].asc() if shape.backwards else events.c[column].desc() for column in POSITION]
    return statement.order_by(*order).limit(bindparam(f"limit_{number}", type_=Integer))


def _position(bound: str, number: int) -> Tuple:
    return tuple_(*(bindparam(f"{bound}_{column}_{number}", type_=events.c[column].type) for column in POSITION))
