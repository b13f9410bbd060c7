from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import CompoundSelect, Connection, Row, Select, delete, literal, select, tuple_, union_all
from sqlalchemy.dialects import postgresql, sqlite

from gateway.model.tenant import Tenant
from gateway.store.tables import events
from gateway.store.text import is_storable

AnySelect: TypeAlias = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]


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
    return in_order(ranges, connection.execute(select_events(tenant, ranges))) if ranges else []


def select_events(tenant: Tenant, ranges: Sequence[EventRange]) -> AnySelect:
    """One statement for the events of every range; a row names its range by number. Read the rows with `in_order`."""
    parts = [select(_range(tenant, part, number).subquery()) for number, part in enumerate(ranges)]
    return union_all(*parts) if len(parts) > 1 else parts[0]


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


def _range(tenant: Tenant, part: EventRange, number: int) -> Select[*tuple[Any, ...]]:
    position = tuple_(events.c.time, events.c.type, events.c.value)
    statement = select(
        literal(number).label("number"), events.c.device, events.c.time, events.c.type, events.c.value, events.c.body
    ).where(
        events.c.account == tenant.account,
        events.c.region == tenant.region,
        events.c.device == part.device,
        events.c.time >= part.start,
        events.c.time < part.end,
    )
    if part.types is not None:
        statement = statement.where(events.c.type.in_([*filter(is_storable, part.types)]))
    if part.newer is not None:
        statement = statement.where(position > part.newer)
    if part.older is not None:
        statement = statement.where(position < part.older)
    columns = (events.c.time, events.c.type, events.c.value)
    order = [column.asc() if part.backwards else column.desc() for column in columns]
    return statement.order_by(*order).limit(part.limit)
