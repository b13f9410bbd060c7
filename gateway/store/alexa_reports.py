"""What a device of Alexa for Business reports of itself: its state changes, and an event is kept."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, or_, select, update

from gateway.model.device import AlexaDeviceStatusDetail
from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.store.alexa_devices import owned_by
from gateway.store.alexa_status_details import delete_status_details, insert_status_details
from gateway.store.changes import Change, ChangeKind, LoggedEvent, log
from gateway.store.events import StoredEvent, add_event
from gateway.store.tables import alexa_devices as devices
from gateway.store.text import is_storable

CONNECTION_STATUS = "CONNECTION_STATUS"
DEVICE_STATUS = "DEVICE_STATUS"


def set_connection_status(
    connection: Connection, tenant: Tenant, arn: str, status: str, at: int, *, now: int | None = None
) -> bool:
    """Keep what the device said of its connection at that time; return whether there is such a device.

    A report older than the last one becomes an event only; one that came before changes nothing. `now`: when the report
    came in, where that is not `at`.
    """
    if not _locked(connection, tenant, arn):
        return False
    event = StoredEvent(at, CONNECTION_STATUS, status, None)
    if not add_event(connection, tenant, arn, event):
        return True
    updated_at = devices.c.connection_status_updated_at
    newest = or_(updated_at.is_(None), updated_at <= at)
    changed = _update(connection, tenant, arn, newest, connection_status=status, connection_status_updated_at=at)
    _log(connection, tenant, arn, at if now is None else now, changed=changed, event=event)
    return True


def set_device_status(
    connection: Connection,
    tenant: Tenant,
    arn: str,
    status: str,
    status_details: Sequence[AlexaDeviceStatusDetail],
    *,
    at: int,
) -> bool:
    """Set what became of the device's settings, with an event; return whether there is such a device."""
    if not _locked(connection, tenant, arn):
        return False
    _update(connection, tenant, arn, status=status)
    delete_status_details(connection, tenant, arn)
    insert_status_details(connection, tenant, arn, status_details)
    event = StoredEvent(at, DEVICE_STATUS, status, None)
    added = add_event(connection, tenant, arn, event)
    _log(connection, tenant, arn, at, changed=True, event=event if added else None)
    return True


def _locked(connection: Connection, tenant: Tenant, arn: str) -> bool:
    """Whether there is such a device, which nobody else can change until this transaction ends."""
    if not is_storable(arn):
        return False
    statement = select(devices.c.arn).where(*owned_by(tenant), devices.c.arn == arn)
    return connection.execute(statement.with_for_update()).first() is not None


def _update(
    connection: Connection, tenant: Tenant, arn: str, *conditions: ColumnElement[bool], **values: object
) -> bool:
    statement = update(devices).where(*owned_by(tenant), devices.c.arn == arn, *conditions)
    return connection.execute(statement.values(**values)).rowcount == 1


def _log(
    connection: Connection, tenant: Tenant, arn: str, now: int, *, changed: bool, event: StoredEvent | None
) -> None:
    service = DeviceService.ALEXA_FOR_BUSINESS
    rows = [Change(tenant, service, arn, ChangeKind.CHANGED)] if changed else []
    if event is not None:
        logged = LoggedEvent(event.time, event.type, event.value, event.body)
        rows.append(Change(tenant, service, arn, ChangeKind.EVENT, logged))
    log(connection, now, rows)
