from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct
from sqlalchemy import CompoundSelect, Connection, bindparam, literal, literal_column, null, select, union_all

from gateway.model.tenant import Tenant
from gateway.store.batches import batches
from gateway.store.events import (
    ACCOUNT,
    RANGES_A_STATEMENT,
    REGION,
    STATEMENTS_KEPT,
    EventRange,
    RangeShape,
    event_parts,
    event_values,
    in_order,
    shapes_of,
)
from gateway.store.kept import AnyRow, kept_rows
from gateway.store.tables import events
from gateway.store.tables import one_click_devices as devices

NO_EVENT = -1


class DeviceEvents(Struct, frozen=True):
    """`stored_event` reads one of the events."""

    device_type: str
    events: list[AnyRow]


def events_of_devices(
    connection: Connection, tenant: Tenant, ranges: Sequence[EventRange]
) -> list[DeviceEvents | None]:
    """The events of each range, of many in one statement; None where the tenant has no such device."""
    return [one for some in batches(ranges, RANGES_A_STATEMENT) for one in _events_of_devices(connection, tenant, some)]


def _events_of_devices(
    connection: Connection, tenant: Tenant, ranges: Sequence[EventRange]
) -> list[DeviceEvents | None]:
    statement = _statement(shapes_of(ranges))
    rows = kept_rows(connection, statement, event_values(tenant, ranges))
    types = {device_id: device_type for number, _, device_type, device_id, _ in rows if number == NO_EVENT}
    found = in_order(ranges, [row for row in rows if row[0] != NO_EVENT])
    return [
        DeviceEvents(types[part.device], events) if part.device in types else None
        for part, events in zip(ranges, found, strict=True)
    ]


@lru_cache(maxsize=STATEMENTS_KEPT)
def _statement(shapes: tuple[RangeShape, ...]) -> CompoundSelect[*tuple[Any, ...]]:
    """The events, and beside them the devices that there are: a join would take twice as long."""
    there = select(
        literal_column(str(NO_EVENT)).label("number"),
        literal(0, events.c.time.type).label("time"),
        devices.c.type,
        devices.c.device_id.label("value"),
        null().label("body"),
    ).where(
        devices.c.account == ACCOUNT,
        devices.c.region == REGION,
        devices.c.device_id.in_([bindparam(f"device_{number}") for number in range(len(shapes))]),
    )
    return union_all(*event_parts(shapes), there)
