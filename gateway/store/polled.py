"""What is followed of sources that cannot tell by themselves what happens, and how far they were looked at.

Such a source's rows of the change log, and its events, are those of a tenant without an account, named as the source.
Times are milliseconds since 1970.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from msgspec import Struct
from sqlalchemy import Connection, delete, select

from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.store.changes import Change, ChangeKind, LoggedEvent
from gateway.store.dialect import insert_into, insert_or_ignore
from gateway.store.events import StoredEvent, add_event
from gateway.store.tables import polled, watches
from gateway.store.tenant_lock import lock_tenant

LIST = "*list"
"""Stands among the watched devices for the list of all of them."""

EVENTS = "*events"
"""Stands there for the events of every device of the list."""

LISTED = "*device "
"""Begins the name under which is kept what the list said of a device."""


class Polled(Struct, frozen=True):
    """`since`: events from before are known, and not told. `digest`: of what a list said last; None: not yet read."""

    since: int
    polled_to: int
    digest: str | None


def tenant_of(source: str) -> Tenant:
    return Tenant("", source)


def watch(connection: Connection, holder: str, source: str, devices: Sequence[str], now: int, until: int) -> None:
    """Follow devices until then; what is followed for the first time is told of from now on."""
    insert = insert_into(connection, watches)
    prolonged = insert.on_conflict_do_update(
        index_elements=["source", "device", "holder"], set_={"until": insert.excluded.until}
    )
    named = [{"source": source, "device": device} for device in devices]
    if named:
        connection.execute(prolonged, [{**one, "holder": holder, "until": until} for one in named])
        first = insert_or_ignore(connection, polled)
        connection.execute(first, [{**one, "since": now, "polled_to": now - 1, "digest": None} for one in named])


def watch_within(
    connection: Connection,
    holder: str,
    source: str,
    keys: AbstractSet[str],
    listed: AbstractSet[str],
    most: int,
    now: int,
    until: int,
) -> bool:
    """Begin to follow keys, and by them the `listed` devices, unless `most` would be passed by all processes together.

    Return False, with nothing changed, where it would; who follows nothing new passes nothing.
    """
    lock_tenant(connection, tenant_of(source), "watches")
    followed = watched(connection, source, now)
    devices = (followed | keys | listed) - {LIST, EVENTS}
    if len(devices) > most and not devices <= followed:
        return False
    watch(connection, holder, source, sorted(keys), now, until)
    return True


def unwatch(connection: Connection, holder: str, source: str, devices: Sequence[str]) -> None:
    owned = (watches.c.holder == holder, watches.c.source == source)
    connection.execute(delete(watches).where(*owned, watches.c.device.in_(devices)))


def watched(connection: Connection, source: str, now: int) -> set[str]:
    """What anybody follows of a source now."""
    statement = select(watches.c.device).where(watches.c.source == source, watches.c.until > now)
    return set(connection.execute(statement).scalars())


def forget_before(connection: Connection, source: str, before: int) -> None:
    """Forget what was not looked at since a time: it begins anew where it is followed again."""
    connection.execute(delete(polled).where(polled.c.source == source, polled.c.polled_to < before))
    connection.execute(delete(watches).where(watches.c.source == source, watches.c.until < before))


def polled_of(connection: Connection, source: str) -> dict[str, Polled]:
    statement = select(polled.c.device, polled.c.since, polled.c.polled_to, polled.c.digest)
    rows = connection.execute(statement.where(polled.c.source == source))
    return {row.device: Polled(row.since, row.polled_to, row.digest) for row in rows}


def keep_polled(connection: Connection, source: str, found: Mapping[str, Polled]) -> None:
    insert = insert_into(connection, polled)
    new = {"since": insert.excluded.since, "polled_to": insert.excluded.polled_to, "digest": insert.excluded.digest}
    rows = [
        {"source": source, "device": device, "since": one.since, "polled_to": one.polled_to, "digest": one.digest}
        for device, one in found.items()
    ]
    if rows:
        connection.execute(insert.on_conflict_do_update(index_elements=["source", "device"], set_=new), rows)


def drop_polled(connection: Connection, source: str, devices: Sequence[str]) -> None:
    connection.execute(delete(polled).where(polled.c.source == source, polled.c.device.in_(devices)))


def new_events(
    connection: Connection, source: str, service: DeviceService, found: Sequence[tuple[str, StoredEvent, int]]
) -> list[Change]:
    """Keep events of devices, each with the time since when they are told; return the rows of those that are new."""
    tenant = tenant_of(source)
    return [
        Change(tenant, service, device, ChangeKind.EVENT, LoggedEvent(event.time, event.type, event.value, event.body))
        for device, event, since in found
        if add_event(connection, tenant, device, event) and event.time >= since
    ]
