"""Pages of a sorted list as a chain of index ranges, so that a page costs the same at any depth.

Both databases walk an index in one go only where all columns run in one direction and none is null. An order that mixes
directions or has nulls is cut into ranges that do: what equals the cut's first value and comes after its other values,
then what comes after its first value, then what has none. The ranges are read by one statement.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Row, Select, literal, select, tuple_, union_all

from gateway.model.order import SortValue
from gateway.model.query import Cut, Position
from gateway.store.sort_columns import SortColumn, order_by

AnyRow: TypeAlias = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` items between two cuts (None: the list's start or end).

    Backwards takes those next to the end of the range, nearest to the end first.
    """

    low: Cut | None = None
    high: Cut | None = None
    backwards: bool = False
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order of reading, the position of each, and whether there are more."""

    rows: Sequence[AnyRow]
    positions: Sequence[Position]
    more: bool


@dataclass(frozen=True, slots=True)
class _Bound:
    """An end of a page: a value for each column; `inclusive`: a row at that very place belongs to the page."""

    values: tuple[SortValue, ...]
    inclusive: bool

    @property
    def first(self) -> SortValue:
        return self.values[0]

    @property
    def rest(self) -> "_Bound":
        return _Bound(self.values[1:], self.inclusive)


@dataclass(frozen=True, slots=True)
class _Range:
    where: tuple[ColumnElement[bool], ...]
    order: tuple[SortColumn, ...]


def read_page(
    connection: Connection,
    statement: Select[*tuple[Any, ...]],
    criteria: Sequence[SortColumn],
    key: Sequence[SortColumn],
    window: Window,
) -> Page:
    """Read a window of the statement's rows, sorted by the criteria, then by the key, which is unique and has no nulls.

    A position has a value for each criterion and each column of the key, also where a column is named twice.
    """
    order, numbers = _distinct((*criteria, *key))
    low = None if window.low is None else _bound(window.low, numbers, inclusive=not window.low.after)
    high = None if window.high is None else _bound(window.high, numbers, inclusive=window.high.after)
    ranges = _ranges(order, low, high)
    sorted_by = [sort.column.label(f"sort_{number}") for number, sort in enumerate(order)]
    parts = [
        statement.add_columns(*sorted_by)
        .where(*part.where)
        .order_by(*order_by(part.order, backwards=window.backwards))
        .limit(window.limit + 1)
        for part in (reversed(ranges) if window.backwards else ranges)
    ]
    found = _read_parts(connection, parts)
    rows = found[: window.limit]
    return Page(rows, [_position(row, numbers, len(criteria)) for row in rows], len(found) > window.limit)


def _distinct(order: tuple[SortColumn, ...]) -> tuple[tuple[SortColumn, ...], list[int]]:
    """Each column once, and for each of the order the number that its column has among them."""
    distinct: list[SortColumn] = []
    numbers = []
    for sort in order:
        number = next((at for at, known in enumerate(distinct) if known.column is sort.column), len(distinct))
        if number == len(distinct):
            distinct.append(sort)
        numbers.append(number)
    return tuple(distinct), numbers


def _bound(cut: Cut, numbers: Sequence[int], *, inclusive: bool) -> _Bound:
    values = dict(zip(numbers, (*cut.position.values, *cut.position.key), strict=True))
    return _Bound(tuple(values[number] for number in sorted(values)), inclusive)


def _position(row: AnyRow, numbers: Sequence[int], criteria: int) -> Position:
    values = tuple(row._mapping[f"sort_{number}"] for number in numbers)  # noqa: SLF001 - SQLAlchemy's documented name
    return Position(values[:criteria], values[criteria:])


def _read_parts(connection: Connection, parts: Sequence[Select[*tuple[Any, ...]]]) -> Sequence[AnyRow]:
    if not parts:
        return []
    if len(parts) == 1:
        return connection.execute(parts[0]).all()
    numbered = [select(literal(number).label("part"), part.subquery()) for number, part in enumerate(parts)]
    # UNION ALL promises no order between its parts.
    return sorted(connection.execute(union_all(*numbered)), key=lambda row: int(row.part))


def _ranges(order: tuple[SortColumn, ...], low: _Bound | None, high: _Bound | None) -> list[_Range]:
    if not order:
        return [_Range((), ())] if all(bound is None or bound.inclusive for bound in (low, high)) else []
    if _uniform(order):
        return [_Range((*_row_beyond(order, low, forwards=True), *_row_beyond(order, high, forwards=False)), order)]
    first, rest = order[0], order[1:]
    if low is not None and high is not None:
        if low.first == high.first:
            return _at(first, low.first, _ranges(rest, low.rest, high.rest))
        if not _precedes(first, low.first, high.first):
            return []
    return [
        *(_at(first, low.first, _ranges(rest, low.rest, None)) if low is not None else ()),
        *_within(first, rest, low, high),
        *(_at(first, high.first, _ranges(rest, None, high.rest)) if high is not None else ()),
    ]


def _uniform(order: tuple[SortColumn, ...]) -> bool:
    return len({sort.descending for sort in order}) == 1 and not any(sort.nullable for sort in order)


def _row_beyond(order: tuple[SortColumn, ...], bound: _Bound | None, *, forwards: bool) -> list[ColumnElement[bool]]:
    if bound is None:
        return []
    ours, theirs = tuple_(*(sort.column for sort in order)), tuple_(*bound.values)
    if forwards != order[0].descending:
        return [ours >= theirs if bound.inclusive else ours > theirs]
    return [ours <= theirs if bound.inclusive else ours < theirs]


def _at(first: SortColumn, value: SortValue, ranges: list[_Range]) -> list[_Range]:
    """The ranges of the other columns, where the first has that value."""
    there = first.column.is_(None) if value is None else first.column == value
    return [_Range((there, *part.where), (replace(first, nullable=False), *part.order)) for part in ranges]


def _within(first: SortColumn, rest: tuple[SortColumn, ...], low: _Bound | None, high: _Bound | None) -> list[_Range]:
    """What lies between two different values of the first column, without these."""
    order = (replace(first, nullable=False), *rest)
    found = []
    if low is None or low.first is not None:
        found.append(_Range(_values_between(first, low.first if low else None, high.first if high else None), order))
        if first.nullable and high is None:
            found.append(_Range((first.column.is_(None),), order))
    return found


def _values_between(first: SortColumn, low: SortValue, high: SortValue) -> tuple[ColumnElement[bool], ...]:
    conditions = []
    if low is not None:
        conditions.append(first.column < low if first.descending else first.column > low)
    if high is not None:
        conditions.append(first.column > high if first.descending else first.column < high)
    if not conditions and first.nullable:
        conditions.append(first.column.is_not(None))
    return tuple(conditions)


def _precedes(first: SortColumn, one: SortValue, other: SortValue) -> bool:
    """Compare as the databases do: by code points, nulls last."""
    if one is None or other is None:
        return one is not None
    return (one < other) != first.descending
