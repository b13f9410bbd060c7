from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    Connection,
    Integer,
    Select,
    Tuple,
    bindparam,
    delete,
    literal_column,
    select,
    tuple_,
    union_all,
)

from gateway.model.tenant import Tenant
from gateway.store.batches import batches
from gateway.store.dialect import insert_or_ignore
from gateway.store.kept import AnyRow, KeptStatement, kept_rows
from gateway.store.tables import events
from gateway.store.text import is_storable

POSITION = ("time", "type", "value")
STATEMENTS_KEPT = 32
RANGES_A_STATEMENT = 100
"""Both databases take more, though not without end."""

ACCOUNT, REGION = bindparam("account", type_=events.c.account.type), bindparam("region", type_=events.c.region.type)


class StoredEvent(NamedTuple):
    """Time in milliseconds since 1970; `body` is the StdEvent of 1-Click, None for Alexa for Business.

    Sorts by position: no two events of a device have the same time, type and value.
    """

    time: int
    type: str
    value: str
    body: str | None


class EventRange(Struct, frozen=True):
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
    def window(self) -> tuple[int, int, int, tuple[str, ...] | None]:
        """What the ranges of a page have in common."""
        return self.start, self.end, self.limit, self.types


class RangeShape(NamedTuple):
    """What a range makes of its statement, whatever its values: which bounds there are, and the direction.

    `window` numbers the different windows: whatever is the same for all devices is one parameter, not one for each.
    """

    window: int
    types: bool
    newer: bool
    older: bool
    backwards: bool


def add_event(connection: Connection, tenant: Tenant, device: str, event: StoredEvent) -> bool:
    """Keep an event; return whether it is new. An event is known by device, time, type and value."""
    statement = insert_or_ignore(connection, events).values(
        account=tenant.account,
        region=tenant.region,
        device=device,
        time=event.time,
        type=event.type,
        value=event.value,
        body=event.body,
    )
    return connection.execute(statement).rowcount == 1


def events_of(connection: Connection, tenant: Tenant, ranges: Sequence[EventRange]) -> list[list[AnyRow]]:
    """The events of each range, in the order asked for, of many in one statement; `stored_event` reads a row."""
    found: list[list[AnyRow]] = []
    for some in batches(ranges, RANGES_A_STATEMENT):
        rows = kept_rows(connection, _statement(shapes_of(some)), event_values(tenant, some))
        found += in_order(some, rows)
    return found


def shapes_of(ranges: Sequence[EventRange]) -> tuple[RangeShape, ...]:
    windows: dict[object, int] = {}
    return tuple(
        [
            RangeShape(
                windows.setdefault(part.window, len(windows)),
                part.types is not None,
                part.newer is not None,
                part.older is not None,
                part.backwards,
            )
            for part in ranges
        ]
    )


def event_parts(shapes: tuple[RangeShape, ...]) -> list[Select[*tuple[Any, ...]]]:
    """The events of each range; a row names its range by number.

    Execute their union with `event_values`, read its rows with `in_order`. Keep the statement: making one takes ten
    times as long as running it.
    """
    return [select(_range(shape, number).subquery()) for number, shape in enumerate(shapes)]


def event_values(tenant: Tenant, ranges: Sequence[EventRange]) -> dict[str, object]:
    """What the ranges put into their statement."""
    values: dict[str, object] = {"account": tenant.account, "region": tenant.region}
    for number, (start, end, limit, types) in enumerate(dict.fromkeys(part.window for part in ranges)):
        values |= {f"start_{number}": start, f"end_{number}": end, f"limit_{number}": limit}
        if types is not None:
            values[f"types_{number}"] = [*filter(is_storable, types)]
    for number, part in enumerate(ranges):
        values[f"device_{number}"] = part.device
        for bound, position in (("newer", part.newer), ("older", part.older)):
            if position is not None:
                values |= {f"{bound}_{column}_{number}": one for column, one in zip(POSITION, position, strict=True)}
    return values


def in_order(ranges: Sequence[EventRange], rows: Sequence[AnyRow]) -> list[list[AnyRow]]:
    """The events of each range, in the order that the range asks for."""
    found: list[list[AnyRow]] = [[] for _ in ranges]
    for row in rows:
        found[row[0]].append(row)
    for part, items in zip(ranges, found, strict=True):
        # UNION ALL promises no order between or within its parts.
        items.sort(reverse=not part.backwards)
    return found


def stored_event(row: AnyRow) -> StoredEvent:
    """Read a row: the number of its range, and then the event."""
    return StoredEvent(*row[1:])


def delete_events(connection: Connection, tenant: Tenant, device: str) -> None:
    connection.execute(
        delete(events).where(
            events.c.account == tenant.account, events.c.region == tenant.region, events.c.device == device
        )
    )


@lru_cache(maxsize=STATEMENTS_KEPT)
def _statement(shapes: tuple[RangeShape, ...]) -> KeptStatement:
    parts = event_parts(shapes)
    return union_all(*parts) if len(parts) > 1 else parts[0]


def _range(shape: RangeShape, number: int) -> Select[*tuple[Any, ...]]:
    position = tuple_(*(events.c[column] for column in POSITION))
    start, end, limit, types = _window(shape.window)
    statement = select(
        literal_column(str(number)).label("number"), events.c.time, events.c.type, events.c.value, events.c.body
    ).where(
        events.c.account == ACCOUNT,
        events.c.region == REGION,
        events.c.device == bindparam(f"device_{number}"),
        events.c.time >= start,
        events.c.time < end,
    )
    if shape.types:
        statement = statement.where(events.c.type.in_(types))
    if shape.newer:
        statement = statement.where(position > _position("newer", number))
    if shape.older:
        statement = statement.where(position < _position("older", number))
    order = [events.c[column].asc() if shape.backwards else events.c[column].desc() for column in POSITION]
    # Without an offset SQLAlchemy makes one for SQLite, as a parameter.
    return statement.order_by(*order).limit(limit).offset(literal_column("0"))


@cache
def _window(number: int) -> tuple[BindParameter[Any], ...]:
    """The parameters of a window, the very same in every part of a statement: each is looked at once then."""
    return (
        bindparam(f"start_{number}", type_=events.c.time.type),
        bindparam(f"end_{number}", type_=events.c.time.type),
        bindparam(f"limit_{number}", type_=Integer()),
        bindparam(f"types_{number}", type_=events.c.type.type, expanding=True),
    )


def _position(bound: str, number: int) -> Tuple:
    return tuple_(*(bindparam(f"{bound}_{column}_{number}", type_=events.c[column].type) for column in POSITION))
