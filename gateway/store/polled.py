"""What is followed of sources that cannot tell by themselves what happens, and how far they were looked at.

Such a source's rows of the change log, and its events, are those of a tenant without an account, named as the source.
Times are milliseconds since 1970.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from msgspec import Struct
from sqlalchemy import Connection, delete, select, update

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


def watch_within(
    connection: Connection, holder: str, source: str, keys: AbstractSet[str], most: int, now: int, until: int
) -> bool:
    """Begin to follow keys until then, unless `most` devices would be passed by all processes together.

    What is followed for the first time is told of from now on. Return False, with nothing changed, where it would be
    too many; who follows nothing new passes nothing.
    """
    lock_tenant(connection, tenant_of(source), "watches")
    followed = watched(connection, source, now)
    devices = (followed | keys) - {LIST, EVENTS}
    if len(devices) > most and not devices <= followed:
        return False
    _watch(connection, holder, source, sorted(keys), now, until)
    return True


def _watch(connection: Connection, holder: str, source: str, keys: Sequence[str], now: int, until: int) -> None:
    insert = insert_into(connection, watches)
    again = insert.on_conflict_do_update(
        index_elements=["source", "device", "holder"], set_={"until": insert.excluded.until}
    )
    named = [{"source": source, "device": key} for key in keys]
    connection.execute(again, [{**one, "holder": holder, "until": until} for one in named])
    first = insert_or_ignore(connection, polled)
    connection.execute(first, [{**one, "since": now, "polled_to": now - 1, "digest": None} for one in named])


def watch_on(connection: Connection, holder: str, source: str, keys: Sequence[str], until: int) -> set[str]:
    """Follow keys until then; return those of them that are followed, which may be let go by others."""
    owned = (watches.c.holder == holder, watches.c.source == source, watches.c.device.in_(keys))
    statement = update(watches).where(*owned).values(until=until).returning(watches.c.device)
    return set(connection.execute(statement).scalars())


def unwatch(connection: Connection, holder: str, source: str, devices: Sequence[str]) -> None:
    owned = (watches.c.holder == holder, watches.c.source == source)
    connection.execute(delete(watches).where(*owned, watches.c.device.in_(devices)))


def unwatch_all(connection: Connection, source: str, keys: AbstractSet[str]) -> None:
    """Nobody follows these any more."""
    connection.execute(delete(watches).where(watches.c.source == source, watches.c.device.in_(keys)))


def watched_by(connection: Connection, holder: str, source: str) -> set[str]:
    """What one process follows of a source, as far as it has told."""
    statement = select(watches.c.device).where(watches.c.holder == holder, watches.c.source == source)
    return set(connection.execute(statement).scalars())


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
