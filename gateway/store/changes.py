"""The change log: a row for whatever changed a device or added an event, in the transaction that did it."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import takewhile
from typing import Any, TypeAlias

from msgspec import Struct
from sqlalchemy import Connection, Row, delete, func, insert, select, text, update

from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.store.tables import changes, pruned_changes

# Any constant will do, as long as nobody else of this database uses it.
LOG_LOCK = 0x67617465
LOG_CHANNEL = "gateway_changes"


class ChangeKind(StrEnum):
    ADDED = "ADDED"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"
    EVENT = "EVENT"


class LoggedEvent(Struct, frozen=True):
    """Time in milliseconds since 1970; type, value and body as in the table of events."""

    time: int
    type: str
    value: str
    body: str | None


class Change(Struct, frozen=True):
    """`device` is the device id of 1-Click or the ARN of Alexa for Business; `event` is there for the kind EVENT
    only.
    """

    tenant: Tenant
    service: DeviceService
    device: str
    kind: ChangeKind
    event: LoggedEvent | None = None


Numbered: TypeAlias = tuple[int, Change]
"""A row of the log with its sequence number."""


def log(connection: Connection, time: int, rows: Sequence[Change]) -> None:
    """Append to the log. Call it last in a transaction: on PostgreSQL it holds other writers back until the commit."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        # A sequence counts at insertion, not at commit; without the lock a reader could see 8 before 7.
        # Whoever listens is told at the commit.
        told = {"lock": LOG_LOCK, "channel": LOG_CHANNEL}
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock), pg_notify(:channel, '')"), told)
    connection.execute(insert(changes), [_values(time, row) for row in rows])


def changes_after(connection: Connection, sequence: int, limit: int) -> Sequence[Numbered]:
    """Read the log in commit order, with each row's sequence number."""
    statement = select(changes).where(changes.c.sequence > sequence).order_by(changes.c.sequence).limit(limit)
    return list(map(_change, connection.execute(statement)))


def changes_up_to(connection: Connection, sequence: int, limit: int) -> Sequence[Numbered]:
    """The last rows that are not after a sequence number, in commit order."""
    statement = select(changes).where(changes.c.sequence <= sequence).order_by(changes.c.sequence.desc()).limit(limit)
    return list(map(_change, connection.execute(statement)))[::-1]


def log_end(connection: Connection) -> int:
    """The number of the last row, there or deleted; 0 where there was none yet."""
    newest = connection.execute(select(func.max(changes.c.sequence))).scalar()
    return max(newest or 0, pruned_to(connection))


def pruned_to(connection: Connection) -> int:
    """The number of the last row that was deleted for its age: who resumes before it would miss something."""
    return connection.execute(select(func.max(pruned_changes.c.sequence))).scalar() or 0


def prune_changes(connection: Connection, before: int, limit: int) -> int:
    """Delete rows from the log's beginning, at most `limit`, up to the first that is not before a time in milliseconds.

    Return how many they were. A row that is older than the one before it waits for that one.
    """
    statement = select(changes.c.sequence, changes.c.time).order_by(changes.c.sequence).limit(limit)
    old = list(takewhile(lambda row: row.time < before, connection.execute(statement)))
    if not old:
        return 0
    if connection.execute(update(pruned_changes).values(sequence=old[-1].sequence)).rowcount == 0:
        connection.execute(insert(pruned_changes).values(sequence=old[-1].sequence))
    return connection.execute(delete(changes).where(changes.c.sequence <= old[-1].sequence)).rowcount


def _change(row: Row[*tuple[Any, ...]]) -> Numbered:
    event = None
    if row.event_time is not None:
        event = LoggedEvent(row.event_time, row.event_type, row.event_value, row.event_body)
    tenant, service = Tenant(row.account, row.region), DeviceService(row.service)
    return row.sequence, Change(tenant, service, row.device, ChangeKind(row.kind), event)


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
