"""An answer in several parts (@defer, @stream), in the terms of https://specs.apollo.dev/incremental/v0.2."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from gateway.execution.cost_report import CostReport
from gateway.execution.result import ErrorMember, Result

Path: TypeAlias = Sequence[str | int]


class Pending(Struct, frozen=True):
    """What will come later: fields of the object at `path` (@defer), or more items of the list there (@stream)."""

    id: str
    path: Path
    label: str | None


class Fields(Struct, frozen=True):
    """Fields to add to the object at `sub_path` below the path of what is pending."""

    id: str
    sub_path: Path
    data: dict[str, Any]
    errors: tuple[ErrorMember, ...]


class Items(Struct, frozen=True):
    """Items to add to the list at the path of what is pending."""

    id: str
    items: list[Any]
    errors: tuple[ErrorMember, ...]


class Completed(Struct, frozen=True):
    """Nothing more comes of it; with `errors`, because it failed, and what came before is all that there is."""

    id: str
    errors: tuple[ErrorMember, ...] = ()


class Part(Struct, frozen=True):
    """One payload. `result` is that of the first part, None in those that follow; the last may tell the cost of all."""

    result: Result | None
    pending: tuple[Pending, ...] = ()
    patches: tuple[Fields | Items, ...] = ()
    completed: tuple[Completed, ...] = ()
    has_next: bool = False
    cost: CostReport | None = None
