"""Pages of a sorted list as a chain of index ranges, so that a page costs the same at any depth.

Both databases walk an index in one go only where all columns run in one direction and none is null. An order that mixes
directions or has nulls is cut into ranges that do: what equals the cut's first value and comes after its other values,
then what comes after its first value, then what has none. The ranges are read by one statement.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Integer,
    Select,
    bindparam,
    literal,
    select,
    tuple_,
    union_all,
)

from gateway.model.order import SortValue
from gateway.model.query import Cut, Position
from gateway.store.kept import AnyRow, KeptStatement, kept_rows
from gateway.store.sort_columns import SortColumn, order_by

STATEMENTS_KEPT = 256


class Window(Struct, frozen=True):
    """At most `limit` items between two cuts (None: the list's start or end).

    Backwards takes those next to the end of the range, nearest to the end first.
    """

    low: Cut | None = None
    high: Cut | None = None
    backwards: bool = False
    limit: int = 0


class Page(Struct, frozen=True):
    """Rows in the order of reading, the position of each, and whether there are more."""

    rows: Sequence[AnyRow]
    positions: Sequence[Position]
    more: bool


class _Bound(Struct, frozen=True):
    """An end of a page: a value for each column; `inclusive`: a row at that very place belongs to the page.

    `name` and the column's number, counted from `first_number`, name the parameter that a statement has for a value.
    """

    name: str
    values: tuple[SortValue, ...]
    inclusive: bool
    first_number: int = 0

    @property
    def first(self) -> SortValue:
        return self.values[0]

    @property
    def rest(self) -> "_Bound":
        return replace(self, values=self.values[1:], first_number=self.first_number + 1)

    @property
    def parameters(self) -> dict[str, object]:
        return {f"{self.name}_{number}": value for number, value in enumerate(self.values)}

    def parameter(self, order: Sequence[SortColumn], number: int = 0) -> BindParameter[str]:
        return bindparam(f"{self.name}_{self.first_number + number}", type_=order[number].column.type)


class _Shape(Struct, frozen=True):
    """All that makes a statement out of a list and a window, whatever the window's values.

    The bounds have values that lie to each other as the window's do.
    """

    order: tuple[SortColumn, ...]
    low: _Bound | None
    high: _Bound | None
    backwards: bool


class _Range(Struct, frozen=True):
    where: tuple[ColumnElement[bool], ...]
    order: tuple[SortColumn, ...]


def read_page(
    connection: Connection,
    rows: Select[*tuple[Any, ...]],
    parameters: Mapping[str, object],
    where: Sequence[ColumnElement[bool]],
    criteria: Sequence[SortColumn],
    key: Sequence[SortColumn],
    window: Window,
) -> Page:
    """Read a window of those rows that meet the conditions, sorted by the criteria, then by the key, which is unique
    and has no nulls.

    `rows` is the same object at every call, and `parameters` are the values for it: its statements are kept, because
    making one takes longer than running it. A position has a value for each criterion and each column of the key, also
    where a column is named twice; the columns that it is made of come last in a row.
    """
    order, numbers = _distinct((*criteria, *key))
    low = _bound("low", window.low, numbers, inclusive=window.low is not None and not window.low.after)
    high = _bound("high", window.high, numbers, inclusive=window.high is not None and window.high.after)
    make = _statement.__wrapped__ if where else _statement
    statement = make(rows, tuple(where), _shape(order, low, high, backwards=window.backwards))
    if statement is None:
        return Page([], [], more=False)
    values: dict[str, object] = {**parameters, **(low.parameters if low else {}), **(high.parameters if high else {})}
    values["limit"] = window.limit + 1
    found = connection.execute(statement, values).all() if where else kept_rows(connection, statement, values)
    if isinstance(statement, CompoundSelect):
        # UNION ALL promises no order between its parts.
        found = sorted(found, key=lambda row: int(row[-1]))
    read = found[: window.limit]
    first = len(rows.selected_columns)
    positions = [_position(row[first : first + len(order)], numbers, len(criteria)) for row in read]
    return Page(read, positions, len(found) > window.limit)


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


def _bound(name: str, cut: Cut | None, numbers: Sequence[int], *, inclusive: bool) -> _Bound | None:
    if cut is None:
        return None
    values = dict(zip(numbers, (*cut.position.values, *cut.position.key), strict=True))
    return _Bound(name, tuple(values[number] for number in sorted(values)), inclusive)


def _shape(order: tuple[SortColumn, ...], low: _Bound | None, high: _Bound | None, *, backwards: bool) -> _Shape:
    """The same shape for whatever values lie to each other in the same way."""
    lows: tuple[SortValue, ...] = low.values if low else (None,) * len(order)
    highs: tuple[SortValue, ...] = high.values if high else (None,) * len(order)
    pairs = [_alike(one, other) for one, other in zip(lows, highs, strict=True)]
    return _Shape(
        order,
        low and replace(low, values=tuple(one for one, _ in pairs)),
        high and replace(high, values=tuple(other for _, other in pairs)),
        backwards,
    )


def _alike(one: SortValue, other: SortValue) -> tuple[SortValue, SortValue]:
    if one is None or other is None:
        return one and "", other and ""
    return ("", "") if one == other else ("", "z") if one < other else ("z", "")


def _position(values: tuple[Any, ...], numbers: Sequence[int], criteria: int) -> Position:
    told = tuple([values[number] for number in numbers]) if len(numbers) > len(values) else values
    return Position(told[:criteria], told[criteria:])


@lru_cache(maxsize=STATEMENTS_KEPT)
def _statement(
    rows: Select[*tuple[Any, ...]], where: tuple[ColumnElement[bool], ...], shape: _Shape
) -> KeptStatement | None:
    """The statement of a shape; None where nothing can lie between its bounds."""
    ranges = _ranges(shape.order, shape.low, shape.high)
    sorted_by = [sort.column.label(f"sort_{number}") for number, sort in enumerate(shape.order)]
    parts = [
        rows.add_columns(*sorted_by)
        .where(*where, *part.where)
        .order_by(*order_by(part.order, backwards=shape.backwards))
        .limit(bindparam("limit", type_=Integer))
        for part in (reversed(ranges) if shape.backwards else ranges)
    ]
    if len(parts) < 2:  # noqa: PLR2004 - a union needs two
        return parts[0] if parts else None
    return union_all(*(select(part.subquery(), literal(number).label("part")) for number, part in enumerate(parts)))


def _ranges(order: tuple[SortColumn, ...], low: _Bound | None, high: _Bound | None) -> list[_Range]:
    if not order:
        return [_Range((), ())] if all(bound is None or bound.inclusive for bound in (low, high)) else []
    if _uniform(order):
        return [_Range((*_row_beyond(order, low, forwards=True), *_row_beyond(order, high, forwards=False)), order)]
    first, rest = order[0], order[1:]
    if low is not None and high is not None:
        if low.first == high.first:
            return _at(order, low, _ranges(rest, low.rest, high.rest))
        if not _precedes(first, low.first, high.first):
            return []
    return [
        *(_at(order, low, _ranges(rest, low.rest, None)) if low is not None else ()),
        *_within(order, low, high),
        *(_at(order, high, _ranges(rest, None, high.rest)) if high is not None else ()),
    ]


def _uniform(order: tuple[SortColumn, ...]) -> bool:
    return len({sort.descending for sort in order}) == 1 and not any(sort.nullable for sort in order)


def _row_beyond(order: tuple[SortColumn, ...], bound: _Bound | None, *, forwards: bool) -> list[ColumnElement[bool]]:
    if bound is None:
        return []
    ours = tuple_(*(sort.column for sort in order))
    theirs = tuple_(*(bound.parameter(order, number) for number in range(len(order))))
    if forwards != order[0].descending:
        return [ours >= theirs if bound.inclusive else ours > theirs]
    return [ours <= theirs if bound.inclusive else ours < theirs]


def _at(order: tuple[SortColumn, ...], bound: _Bound, ranges: list[_Range]) -> list[_Range]:
    """The ranges of the other columns, where the first has the bound's value."""
    first = order[0]
    there = first.column.is_(None) if bound.first is None else first.column == bound.parameter(order)
    return [_Range((there, *part.where), (replace(first, nullable=False), *part.order)) for part in ranges]


def _within(order: tuple[SortColumn, ...], low: _Bound | None, high: _Bound | None) -> list[_Range]:
    """What lies between two different values of the first column, without these."""
    first = order[0]
    without_nulls = (replace(first, nullable=False), *order[1:])
    found = []
    if low is None or low.first is not None:
        found.append(_Range(_values_between(order, low, high), without_nulls))
        if first.nullable and high is None:
            found.append(_Range((first.column.is_(None),), without_nulls))
    return found


def _values_between(
    order: tuple[SortColumn, ...], low: _Bound | None, high: _Bound | None
) -> tuple[ColumnElement[bool], ...]:
    first = order[0]
    conditions = []
    if low is not None and low.first is not None:
        value = low.parameter(order)
        conditions.append(first.column < value if first.descending else first.column > value)
    if high is not None and high.first is not None:
        value = high.parameter(order)
        conditions.append(first.column > value if first.descending else first.column < value)
    if not conditions and first.nullable:
        conditions.append(first.column.is_not(None))
    return tuple(conditions)


def _precedes(first: SortColumn, one: SortValue, other: SortValue) -> bool:
    """Compare as the databases do: by code points, nulls last."""
    if one is None or other is None:
        return one is not None
    return (one < other) != first.descending
