import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.services.context import ServiceContext
from gateway.services.upkeep import upkeep
from gateway.store.changes import Change, ChangeKind, log
from gateway.store.client_requests import ClientRequest, first_request
from gateway.store.events import StoredEvent, add_event
from gateway.store.sqlite import SqliteDatabase
from gateway.store.tables import changes, client_requests, events
from gateway.store.times import milliseconds
from tests.clock import Clock
from tests.logged import capture_logs

HERE = Tenant("123456789012", "us-west-2")
BUTTON = "G030PM0000000001"
WEEK, MONTH = timedelta(days=7), timedelta(days=30)


async def happened(context: ServiceContext, ago: timedelta) -> None:
    """An event and a row of the log, each of that age."""
    time = milliseconds(context.clock() - ago)

    def write(connection: Any) -> None:  # noqa: ANN401 - the store's connection
        add_event(connection, HERE, BUTTON, StoredEvent(time, "SINGLE", "", "{}"))
        log(connection, time, [Change(HERE, DeviceService.ONE_CLICK, BUTTON, ChangeKind.CHANGED)])

    await context.database.write(write)


async def ages(context: ServiceContext) -> tuple[list[timedelta], list[timedelta]]:
    """The age of each event, and of each row of the log."""
    now = milliseconds(context.clock())
    found = await context.database.read(
        lambda connection: [
            sorted(timedelta(milliseconds=now - row.time) for row in connection.execute(table.select()))
            for table in (events, changes)
        ]
    )
    return found[0], found[1]


async def test_what_is_too_old_is_forgotten(context: ServiceContext) -> None:
    """Events after thirty days, the log after a time of its own; what is just so old stays."""
    moment = timedelta(milliseconds=1)
    old = [timedelta(0), WEEK, WEEK + moment, MONTH, MONTH + moment]
    for ago in reversed(old):
        await happened(context, ago)
    task = asyncio.create_task(upkeep(context, WEEK))
    while len((await ages(context))[1]) > 2:  # noqa: ASYNC110 - what is deleted has no event to wait for
        await asyncio.sleep(0.001)
    task.cancel()

    assert await ages(context) == (old[:4], old[:2])


async def test_tokens_of_clients_are_forgotten_after_a_day(context: ServiceContext) -> None:
    """Also those of accounts that never make anything again."""
    day = milliseconds(context.clock() - timedelta(days=1))

    def ask(connection: Connection) -> None:
        for token, time in (("old", day), ("young", day + 1)):
            first_request(connection, HERE, ClientRequest("CreateRoom", token, b"", "arn"), time)

    def tokens(connection: Connection) -> list[str]:
        return list(connection.execute(select(client_requests.c.token).order_by(client_requests.c.token)).scalars())

    await context.database.write(ask)
    task = asyncio.create_task(upkeep(context, WEEK))
    while "old" in await context.database.read(tokens):  # noqa: ASYNC110 - what is deleted has no event to wait for
        await asyncio.sleep(0.001)
    task.cancel()

    assert await context.database.read(tokens) == ["young"]


async def test_forgetting_goes_on_after_a_failure(sqlite_database: SqliteDatabase, clock: Clock) -> None:
    """A store that failed once is tidied up the next time."""
    context = ServiceContext(sqlite_database, clock, None)  # type: ignore[arg-type]  # no token is sealed here
    await happened(context, timedelta(days=31))
    await sqlite_database.write(lambda connection: connection.exec_driver_sql("ALTER TABLE events RENAME TO gone"))
    with capture_logs() as messages:
        task = asyncio.create_task(upkeep(context, WEEK, timedelta(milliseconds=1)))
        while not messages:  # noqa: ASYNC110 - what is logged has no event to wait for
            await asyncio.sleep(0)
        await sqlite_database.write(lambda connection: connection.exec_driver_sql("ALTER TABLE gone RENAME TO events"))
        while await ages(context) != ([], []):  # noqa: ASYNC110 - what is deleted has no event to wait for
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert messages[0]["event"] == "upkeep failed"
