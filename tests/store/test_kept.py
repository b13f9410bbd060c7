from collections.abc import Mapping, Sequence

import pytest
from sqlalchemy import Connection, Integer, bindparam, event, select, union_all

from gateway.model.tenant import Tenant
from gateway.store.database import Database
from gateway.store.kept import KeptStatement, kept_rows
from gateway.store.one_click_devices import finalize_claim, initiate_claim, register_device
from gateway.store.sqlite import SqliteDatabase
from gateway.store.tables import one_click_devices as devices
from tests.store.statements import statements

HERE = Tenant("123456789012", "us-west-2")

ROWS = select(devices.c.device_id, devices.c.enabled, devices.c.remaining_life, devices.c.account)
BY_ID = ROWS.where(devices.c.device_id == bindparam("id"))
ONE = ROWS.order_by(devices.c.device_id).limit(bindparam("limit", type_=Integer))
TWICE = union_all(BY_ID, BY_ID)
LISTED = ROWS.where(devices.c.device_id.in_(bindparam("ids", expanding=True))).order_by(devices.c.device_id)


@pytest.mark.parametrize(
    ("statement", "values", "expected"),
    [
        (BY_ID, {"id": "d2"}, ["d2"]),
        (BY_ID, {"id": "'; --"}, []),
        (ONE, {"limit": 1}, ["d1"]),
        (TWICE, {"id": "d1"}, ["d1", "d1"]),
        (LISTED, {"ids": ["d2", "d1", "d9"]}, ["d1", "d2"]),
        (LISTED, {"ids": ["d2"]}, ["d2"]),
    ],
    ids=["one", "none", "limit", "union", "list", "another list"],
)
async def test_rows_are_those_of_sqlalchemy(
    database: Database, statement: KeptStatement, values: Mapping[str, object], expected: Sequence[str]
) -> None:
    """Whichever way a statement goes, and as often as it does, its rows are the same."""

    def read(connection: Connection) -> None:
        rows = kept_rows(connection, statement, values)
        assert [device_id for device_id, *_ in rows] == expected
        assert list(map(tuple, rows)) == list(map(tuple, connection.execute(statement, values)))
        assert list(map(tuple, kept_rows(connection, statement, values))) == list(map(tuple, rows))

    await database.write(fill)
    await database.read(read)


async def test_sqlite_is_read_without_sqlalchemy(sqlite_database: SqliteDatabase) -> None:
    """A keyed read is one statement to the driver, and none that SQLAlchemy carries out."""
    through_sqlalchemy: list[object] = []
    await sqlite_database.write(fill)
    event.listen(sqlite_database._reader, "before_cursor_execute", lambda *told: through_sqlalchemy.append(told))
    with statements(sqlite_database) as done:
        await sqlite_database.read(lambda connection: kept_rows(connection, BY_ID, {"id": "d1"}))

    assert len(done) == 1
    assert "device_id = 'd1'" in done[0]
    assert through_sqlalchemy == []


def fill(connection: Connection) -> None:
    for device_id in ("d1", "d2"):
        register_device(connection, device_id, "button", None)
    initiate_claim(connection, HERE, "d2")
    finalize_claim(connection, HERE, "d2", 0)
