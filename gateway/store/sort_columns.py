from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, UnaryExpression


class SortColumn(Struct, frozen=True):
    """One column of an order. Nulls, where there can be any, come last whatever the direction."""

    column: ColumnElement[str]
    descending: bool = False
    nullable: bool = False


def order_by(columns: Sequence[SortColumn], *, backwards: bool) -> list[UnaryExpression[Any]]:
    terms: list[UnaryExpression[Any]] = []
    for sort in columns:
        if sort.nullable:
            missing = sort.column.is_(None)
            terms.append(missing.desc() if backwards else missing.asc())
        terms.append(sort.column.desc() if sort.descending != backwards else sort.column.asc())
    return terms
