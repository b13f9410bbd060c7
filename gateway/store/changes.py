"""The change log: a row for whatever changed a device or added an event, in the transaction that did it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, insert, select, text

from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.store.tables import changes

# Any constant will do, as long as nobody else of this database uses it.
LOG_LOCK = 0x67617465


class ChangeKind(StrEnum):
    ADDED = "ADDED"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"
    EVENT = "EVENT"


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """Time in milliseconds since 1970; type, value and body as in the table of events."""

    time: int
    type: str
    value: str
    body: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """`device` is the device id of 1-Click or the ARN of Alexa for Business; `event` is there for the kind EVENT
    only.
    """

    tenant: Tenant
    service: DeviceService
    device: str
    kind: ChangeKind
    event: LoggedEvent | None = None


def log(connection: Connection, time: int, rows: Sequence[Change]) -> None:
    """Append to the log. Call it last in a transaction: on PostgreSQL it holds other writers back until the commit."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        # A sequence counts at insertion, not at commit; without the lock a reader could see 8 before 7.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOG_LOCK})
    connection.execute(insert(changes), [_values(time, row) for row in rows])


def changes_after(connection: Connection, sequence: int, limit: int) -> Sequence[tuple[int, Change]]:
    """Read the log in commit order, with each row's sequence number."""
    statement = select(changes).where(changes.c.sequence > sequence).order_by(changes.c.sequence).limit(limit)
    return [
        (
            row.sequence,
            Change(
                Tenant(row.account, row.region),
                DeviceService(row.service),
                row.device,
                ChangeKind(row.kind),
                None
                if row.event_time is None
                else LoggedEvent(row.event_time, row.event_type, row.event_value, row.event_body),
            ),
        )
        for row in connection.execute(statement)
    ]


def _values(time: int, row: Change) -> dict[str, object]:
    event = row.event
    return {
        "time": time,
        "account": row.tenant.account,
        "region": row.tenant.region,
        "service": row.service.value,
        "device": row.device,
        "kind": row.kind.value,
        "event_time": event and event.time,
        "event_type": event and event.type,
        "event_value": event and event.value,
        "event_body": event and event.body,
    }
