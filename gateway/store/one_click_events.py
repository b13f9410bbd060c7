from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from gateway.model.tenant import Tenant
from gateway.store.conditions import is_one_of
from gateway.store.events import EventRange, StoredEvent, in_order, select_events
from gateway.store.one_click_devices import owned_by
from gateway.store.tables import one_click_devices as devices


@dataclass(frozen=True, slots=True)
class DeviceEvents:
    device_type: str
    events: list[StoredEvent]


def events_of_devices(
    connection: Connection, tenant: Tenant, ranges: Sequence[EventRange]
) -> list[DeviceEvents | None]:
    """The events of each range, in one statement; None where the tenant has no such device."""
    selected = select_events(tenant, ranges).subquery()
    statement = select(devices.c.device_id, devices.c.type.label("device_type"), selected).outerjoin_from(
        devices, selected, selected.c.device == devices.c.device_id
    )
    asked = is_one_of(devices.c.device_id, {part.device for part in ranges})
    rows = connection.execute(statement.where(*owned_by(tenant), asked)).all()
    types = {row.device_id: row.device_type for row in rows}
    found = in_order(ranges, (row for row in rows if row.number is not None))
    return [
        DeviceEvents(types[part.device], events) if part.device in types else None
        for part, events in zip(ranges, found, strict=True)
    ]
