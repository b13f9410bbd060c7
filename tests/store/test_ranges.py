from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, MetaData, Table, create_engine, delete, insert, select

from gateway.model.query import Cut, Position
from gateway.store.ranges import Page, Window, read_page
from gateway.store.sort_columns import SortColumn
from gateway.store.tables import BYTEWISE

METADATA = MetaData()
ITEMS = Table(
    "items",
    METADATA,
    Column("id", BYTEWISE, primary_key=True),
    Column("name", BYTEWISE),
    Column("room", BYTEWISE),
)
EVERYTHING = select(ITEMS)
WORDS = st.sampled_from(["", "a", "B", "é", "ﬀ", "\uffee", "\U0001f600"])
ROWS = st.lists(
    st.tuples(WORDS | st.none(), WORDS | st.none()).map(lambda pair: {"name": pair[0], "room": pair[1]}), max_size=12
)
CRITERIA = st.lists(st.tuples(st.sampled_from(["name", "room", "id"]), st.booleans()), max_size=3)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{tmp_path_factory.mktemp('ranges') / 'items.db'}")
    METADATA.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def columns(criteria: Sequence[tuple[str, bool]]) -> list[SortColumn]:
    return [SortColumn(ITEMS.c[name], descending, nullable=name != "id") for name, descending in criteria]


def sorted_rows(rows: list[dict[str, Any]], criteria: Sequence[tuple[str, bool]]) -> list[dict[str, Any]]:
    """Sort as the promise says it: nulls last in both directions, ties by id."""
    rows = sorted(rows, key=lambda row: row["id"])
    for name, descending in reversed(criteria):
        rows.sort(key=lambda row: row[name] or "", reverse=descending)
        rows.sort(key=lambda row: row[name] is None)
    return rows


def page(connection: Connection, criteria: Sequence[tuple[str, bool]], window: Window) -> Page:
    return read_page(connection, EVERYTHING, {}, (), columns(criteria), [SortColumn(ITEMS.c.id)], window)


def position(row: dict[str, Any], criteria: Sequence[tuple[str, bool]]) -> Position:
    return Position(tuple(row[name] for name, _ in criteria), (row["id"],))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, criteria=CRITERIA, data=st.data())
def test_page_is_a_slice_of_the_sorted_list(
    connection: Connection, rows: list[dict[str, Any]], criteria: list[tuple[str, bool]], data: st.DataObject
) -> None:
    """Any two cuts, direction and size give exactly that slice of the whole sorted list."""
    rows = [{"id": f"{number:02}", **row} for number, row in enumerate(rows)]
    connection.execute(delete(ITEMS))
    if rows:
        connection.execute(insert(ITEMS), rows)
    expected = sorted_rows(rows, criteria)
    places = st.none() if not rows else st.none() | st.tuples(st.integers(0, len(rows) - 1), st.booleans())
    low, high = data.draw(places), data.draw(places)
    backwards, limit = data.draw(st.booleans()), data.draw(st.integers(0, 5))
    cuts = [cut and Cut(position(expected[cut[0]], criteria), after=cut[1]) for cut in (low, high)]
    inside = expected[low[0] + low[1] if low else 0 : high[0] + high[1] if high else None]

    found = page(connection, criteria, Window(cuts[0], cuts[1], backwards, limit))

    inside = inside[::-1] if backwards else inside
    assert [row.id for row in found.rows] == [row["id"] for row in inside[:limit]]
    assert found.positions == [position(row, criteria) for row in inside[:limit]]
    assert found.more == (len(inside) > limit)


def test_cut_needs_no_row(connection: Connection) -> None:
    """A page goes on where a row stood that has been deleted."""
    connection.execute(delete(ITEMS))
    connection.execute(insert(ITEMS), [{"id": "1", "name": "a"}, {"id": "3", "name": "c"}])
    cut = Cut(Position(("b",), ("2",)), after=True)

    assert [row.id for row in page(connection, [("name", False)], Window(low=cut, limit=5)).rows] == ["3"]
    assert [row.id for row in page(connection, [("name", True)], Window(low=cut, limit=5)).rows] == ["1"]
