"""Pages of a sorted list by where they begin and end, at the same cost at any depth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, UnaryExpression, and_, false, or_, true, tuple_

from gateway.model.order import SortValue
from gateway.model.query import Cut


@dataclass(frozen=True, slots=True)
class SortColumn:
    """One column of an order. Nulls, where there can be any, come last whatever the direction."""

    column: ColumnElement[str]
    descending: bool = False
    nullable: bool = False


def between(columns: Sequence[SortColumn], low: Cut | None, high: Cut | None) -> ColumnElement[bool]:
    """The rows after `low` and before `high`; a cut's values then key stand for the columns in this order."""
    lower = true() if low is None else _beyond(columns, _values(low), forwards=True, inclusive=not low.after)
    upper = true() if high is None else _beyond(columns, _values(high), forwards=False, inclusive=high.after)
    return and_(lower, upper)


def order_by(columns: Sequence[SortColumn], *, backwards: bool) -> list[UnaryExpression[Any]]:
    terms: list[UnaryExpression[Any]] = []
    for sort in columns:
        if sort.nullable:
            missing = sort.column.is_(None)
            terms.append(missing.desc() if backwards else missing.asc())
        terms.append(sort.column.desc() if sort.descending != backwards else sort.column.asc())
    return terms


def _values(cut: Cut) -> tuple[SortValue, ...]:
    return cut.position.values + cut.position.key


def _beyond(
    columns: Sequence[SortColumn], values: Sequence[SortValue], *, forwards: bool, inclusive: bool
) -> ColumnElement[bool]:
    uniform = len({sort.descending for sort in columns}) == 1 and not any(sort.nullable for sort in columns)
    if uniform:
        # A row value comparison is what both databases answer straight from an index.
        ours, theirs = tuple_(*(sort.column for sort in columns)), tuple_(*values)
        if forwards != columns[0].descending:
            return ours >= theirs if inclusive else ours > theirs
        return ours <= theirs if inclusive else ours < theirs
    alternatives = [
        and_(*map(_equal, columns[:depth], values[:depth]), _further(columns[depth], values[depth], forwards=forwards))
        for depth in range(len(columns))
    ]
    if inclusive:
        alternatives.append(and_(*map(_equal, columns, values)))
    return or_(*alternatives)


def _equal(sort: SortColumn, value: SortValue) -> ColumnElement[bool]:
    return sort.column.is_(None) if value is None else sort.column == value


def _further(sort: SortColumn, value: SortValue, *, forwards: bool) -> ColumnElement[bool]:
    if value is None:
        return false() if forwards else sort.column.is_not(None)
    greater = sort.column > value if forwards != sort.descending else sort.column < value
    return or_(greater, sort.column.is_(None)) if sort.nullable and forwards else greater
