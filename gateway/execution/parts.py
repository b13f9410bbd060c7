"""An answer in several parts (@defer, @stream), in the terms of https://specs.apollo.dev/incremental/v0.2."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from gateway.execution.cost_report import CostReport
from gateway.execution.result import ErrorMember, Result

Path: TypeAlias = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Pending:
    """What will come later: fields of the object at `path` (@defer), or more items of the list there (@stream)."""

    id: str
    path: Path
    label: str | None


@dataclass(frozen=True, slots=True)
class Fields:
    """Fields to add to the object at `sub_path` below the path of what is pending."""

    id: str
    sub_path: Path
    data: dict[str, Any]
    errors: tuple[ErrorMember, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """Items to add to the list at the path of what is pending."""

    id: str
    items: list[Any]
    errors: tuple[ErrorMember, ...]


@dataclass(frozen=True, slots=True)
class Completed:
    """Nothing more comes of it; with `errors`, because it failed, and what came before is all that there is."""

    id: str
    errors: tuple[ErrorMember, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One payload. `result` is that of the first part, None in those that follow; the last may tell the cost of all."""

    result: Result | None
    pending: tuple[Pending, ...] = ()
    patches: tuple[Fields | Items, ...] = ()
    completed: tuple[Completed, ...] = ()
    has_next: bool = False
    cost: CostReport | None = None
