from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from gateway.model.tenant import Tenant
from gateway.store.events import (
    STATEMENTS_KEPT,
    EventRange,
    RangeShape,
    StoredEvent,
    event_values,
    in_order,
    select_events,
)
from gateway.store.tables import one_click_devices as devices


@dataclass(frozen=True, slots=True)
class DeviceEvents:
    device_type: str
    events: list[StoredEvent]


def events_of_devices(
    connection: Connection, tenant: Tenant, ranges: Sequence[EventRange]
) -> list[DeviceEvents | None]:
    """The events of each range, in one statement; None where the tenant has no such device."""
    values = {**event_values(tenant, ranges), "devices": sorted({part.device for part in ranges})}
    rows = connection.execute(_statement(tuple(part.shape for part in ranges)), values).all()
    types = {row.device_id: row.device_type for row in rows}
    found = in_order(ranges, (row for row in rows if row.number is not None))
    return [
        DeviceEvents(types[part.device], events) if part.device in types else None
        for part, events in zip(ranges, found, strict=True)
    ]


@lru_cache(maxsize=STATEMENTS_KEPT)
def _statement(shapes: tuple[RangeShape, ...]) -> Select[*tuple[Any, ...]]:
    selected = select_events(shapes).subquery()
    return (
        select(devices.c.device_id, devices.c.type.label("device_type"), selected)
        .outerjoin_from(devices, selected, selected.c.device == devices.c.device_id)
        .where(
            devices.c.account == bindparam("account"),
            devices.c.region == bindparam("region"),
            devices.c.device_id.in_(bindparam("devices", expanding=True)),
        )
    )
