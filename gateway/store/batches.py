"""Rows in numbers: more than one statement may name are written and read a batch at a time."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Table, insert

Item = TypeVar("Item")

BATCH = 1_000
"""Well below what either database takes as parameters of one statement."""


def batches(items: Iterable[Item], size: int = BATCH) -> Iterator[Sequence[Item]]:
    """The items in order, so many at a time."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch


def insert_rows(connection: Connection, table: Table, rows: Iterable[dict[str, object]]) -> None:
    """Insert new rows; raise sqlalchemy.exc.IntegrityError where one of them is there."""
    for batch in batches(rows):
        connection.execute(insert(table), batch)
