"""Statements about what one tenant has, made once and kept: making one takes longer than running it.

Their parameters are `account`, `region` and, where things are looked for by key, `key_0`, `key_1` and so on.
SQLAlchemy would write a list of keys into the statement anew at every call; instead there is a statement for each power
of two, and the keys are filled up with the last of them.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, bindparam

from gateway.model.tenant import Tenant
from gateway.store.kept import AnyRow, kept_rows
from gateway.store.text import is_storable

AnySelect: TypeAlias = Select[*tuple[Any, ...]]

STATEMENTS_KEPT = 128


def owned(table: Table) -> ColumnElement[bool]:
    """What of the table belongs to the owner that `owner_parameters` name."""
    return and_(table.c.account == bindparam("account"), table.c.region == bindparam("region"))


def owner_parameters(tenant: Tenant) -> dict[str, object]:
    return {"account": tenant.account, "region": tenant.region}


def rows_by_key(
    connection: Connection, rows: AnySelect, column: ColumnElement[str], tenant: Tenant, keys: Sequence[str]
) -> Sequence[AnyRow]:
    """Those of the tenant's rows whose column is one of the keys; `rows` is the same object at every call."""
    parameters = key_parameters(keys)
    if not parameters:
        return ()
    statement = _by_key(rows, column, len(parameters))
    return kept_rows(connection, statement, owner_parameters(tenant) | parameters)


def key_parameters(keys: Sequence[str]) -> dict[str, object]:
    """The keys that could be stored at all, filled up to a power of two; none where there are none."""
    asked = [key for key in keys if is_storable(key)]
    if asked:
        asked += [asked[-1]] * ((1 << (len(asked) - 1).bit_length()) - len(asked))
    return {f"key_{number}": key for number, key in enumerate(asked)}


def is_key(column: ColumnElement[str], size: int) -> ColumnElement[bool]:
    """Whether the column is one of so many `key_parameters`."""
    return column.in_([bindparam(f"key_{number}", type_=column.type) for number in range(size)])


@lru_cache(maxsize=STATEMENTS_KEPT)
def _by_key(rows: AnySelect, column: ColumnElement[str], size: int) -> AnySelect:
    return rows.where(is_key(column, size))
