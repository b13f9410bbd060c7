"""What devices report of themselves. Whoever calls this has made sure that it is the device that speaks."""

import hashlib
import json
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from gateway.model.device import ConnectionStatus
from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.services.context import ServiceContext
from gateway.services.one_click.life import after_click, percent
from gateway.store import alexa_reports, changes, one_click_devices
from gateway.store.changes import Change, ChangeKind, LoggedEvent
from gateway.store.events import StoredEvent, add_event
from gateway.store.one_click_devices import RegisteredDevice
from gateway.store.times import milliseconds, time_of

FAST_CLOCK = timedelta(minutes=5)
"""How far a device's clock may be ahead of ours."""


class ClickType(StrEnum):
    SINGLE = "SINGLE"
    DOUBLE = "DOUBLE"
    LONG = "LONG"


class UnknownDeviceError(Exception):
    """Its message is the id or the ARN that no device has."""


class InvalidReportError(Exception):
    """A report that is not kept; the message tells the device why."""


async def report_click(
    context: ServiceContext, device_id: str, click_type: ClickType, reported_at: datetime | None = None
) -> bool:
    """Take a click; return whether it was kept as an event, which it is once, and only of a claimed, enabled device.

    While a claim is initiated, a click counts for it. Every click takes from the device's life.
    Raise UnknownDeviceError, or InvalidReportError where `reported_at` is not within the retention.
    """
    now = context.clock()
    time = milliseconds(_checked_time(context, now, reported_at))

    def write(connection: Connection) -> bool:
        device = _locked(connection, device_id)
        if device.initiated_by is not None:
            one_click_devices.count_event_for_claim(connection, device_id)
        event = _click(device, click_type, time)
        keeping = _keeps_events(device, time)
        if keeping and not add_event(connection, keeping, device_id, event):
            return False
        one_click_devices.set_remaining_life(connection, device_id, after_click(device.remaining_life))
        _log(connection, device, milliseconds(now), event if keeping else None)
        return keeping is not None

    return await context.database.write(write)


async def report_health(context: ServiceContext, device_id: str, remaining_life: float) -> None:
    """Take a device's own measure of its life, a fraction; raise UnknownDeviceError or InvalidReportError."""
    if not 0 <= remaining_life <= 1:
        raise InvalidReportError("The remaining life must be from nothing to all")
    now = milliseconds(context.clock())

    def write(connection: Connection) -> None:
        device = _locked(connection, device_id)
        one_click_devices.set_remaining_life(connection, device_id, remaining_life)
        _log(connection, device, now, None)

    await context.database.write(write)


async def report_connection(
    context: ServiceContext, tenant: Tenant, arn: str, status: ConnectionStatus, reported_at: datetime | None = None
) -> None:
    """Take the connection status of a device of Alexa for Business; raise as `report_click` does."""
    if status is ConnectionStatus.UNKNOWN:
        raise InvalidReportError("The connection status must be ONLINE or OFFLINE")
    now = context.clock()
    at = milliseconds(_checked_time(context, now, reported_at))

    def write(connection: Connection) -> bool:
        return alexa_reports.set_connection_status(connection, tenant, arn, status, at, now=milliseconds(now))

    if not await context.database.write(write):
        raise UnknownDeviceError(arn)


def std_event(device_id: str, click_type: ClickType, time: int, remaining_life: float) -> str:
    """A click as it travels; `time` in milliseconds, `remaining_life` a fraction (in the event it is percent)."""
    return json.dumps(
        {
            "clickType": click_type.value,
            "reportedTime": time_of(time).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "certificateId": hashlib.sha256(f"certificate of {device_id}".encode()).hexdigest(),
            "remainingLife": percent(remaining_life),
            "testMode": False,
        }
    )


def _checked_time(context: ServiceContext, now: datetime, reported_at: datetime | None) -> datetime:
    if reported_at is None:
        return now
    if reported_at > now + FAST_CLOCK:
        raise InvalidReportError("The time of the report is in the future")
    if reported_at < now - context.events_kept:
        raise InvalidReportError("The time of the report is older than events are kept")
    return reported_at


def _locked(connection: Connection, device_id: str) -> RegisteredDevice:
    device = one_click_devices.registered_device(connection, device_id, lock=True)
    if device is None:
        raise UnknownDeviceError(device_id)
    return device


def _click(device: RegisteredDevice, click_type: ClickType, time: int) -> StoredEvent:
    life = after_click(device.remaining_life)
    return StoredEvent(time, click_type.value, "", std_event(device.device_id, click_type, time, life))


def _keeps_events(device: RegisteredDevice, time: int) -> Tenant | None:
    """Whose event it is; nobody's where the device is disabled, or where it happened in a former owner's time."""
    before_release = device.released_at is not None and time < device.released_at
    return device.owner if device.enabled and not before_release else None


def _log(connection: Connection, device: RegisteredDevice, now: int, event: StoredEvent | None) -> None:
    if device.owner is None:
        return
    rows = [Change(device.owner, DeviceService.ONE_CLICK, device.device_id, ChangeKind.CHANGED)]
    if event is not None:
        logged = LoggedEvent(event.time, event.type, event.value, event.body)
        rows.append(Change(device.owner, DeviceService.ONE_CLICK, device.device_id, ChangeKind.EVENT, logged))
    changes.log(connection, now, rows)
