from sqlalchemy import Connection, select

from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.store.changes import Change, ChangeKind, changes_after, log
from gateway.store.client_requests import ClientRequest, first_request
from gateway.store.database import Database
from gateway.store.events import StoredEvent, add_event
from gateway.store.retention import delete_changes_before, delete_client_requests_before, delete_events_before
from gateway.store.tables import events

TENANT = Tenant("123456789012", "us-west-2")


def add_events(connection: Connection) -> None:
    for time in range(10):
        for device in ("a", "b"):
            add_event(connection, TENANT, device, StoredEvent(time, "SINGLE", "", "{}"))


def times(connection: Connection) -> list[int]:
    return list(connection.execute(select(events.c.time).order_by(events.c.time)).scalars())


async def test_old_events_are_deleted(database: Database) -> None:
    """All that are before the time, of every device, in as many steps as it takes."""
    await database.write(add_events)
    deleted = [await delete_events_before(database, 8, batch=3) for _ in range(2)]

    assert deleted == [16, 0]
    assert await database.read(times) == [8, 8, 9, 9]


async def test_an_old_log_is_deleted(database: Database) -> None:
    """What is left keeps its numbers, and new rows go on counting."""
    change = Change(TENANT, DeviceService.ONE_CLICK, "a", ChangeKind.CHANGED)
    for time in range(5):
        await database.write(lambda connection, time=time: log(connection, time, [change, change]))
    before = await database.read(lambda connection: changes_after(connection, 0, 100))
    deleted = await delete_changes_before(database, 5, batch=3)
    await database.write(lambda connection: log(connection, 9, [change]))

    assert deleted == 10
    ((number, _),) = await database.read(lambda connection: changes_after(connection, 0, 100))
    assert number == before[-1][0] + 1


async def test_old_tokens_are_forgotten(database: Database) -> None:
    """Of every account, whether or not it makes something new; from then on a token stands for a new request."""
    made = ClientRequest("CreateRoom", "token", b"digest", "arn:first")
    again = ClientRequest("CreateRoom", "token", b"other", "arn:second")

    def ask(connection: Connection, request: ClientRequest, now: int) -> str:
        return first_request(connection, TENANT, request, now).arn

    await database.write(lambda connection: ask(connection, made, 5))
    kept = await delete_client_requests_before(database, 4)
    told = await database.write(lambda connection: ask(connection, again, 5))
    deleted = await delete_client_requests_before(database, 5)

    assert (kept, told, deleted) == (0, "arn:first", 1)
    assert await database.write(lambda connection: ask(connection, again, 6)) == "arn:second"


async def test_a_deletion_reads_what_it_deletes_only(sqlite_database: Database) -> None:
    """A large store is not searched through every time."""
    plan = await sqlite_database.read(
        lambda connection: [
            row.detail
            for row in connection.exec_driver_sql(
                "EXPLAIN QUERY PLAN SELECT 1 FROM events WHERE time < 5 ORDER BY time LIMIT 3"
            )
        ]
    )

    assert plan == ["SEARCH events USING COVERING INDEX events_by_time (time<?)"]
