"""A row of the change log as the configured sources show it."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.store.changes import Change, ChangeKind, LoggedEvent

Position: TypeAlias = tuple[int, str]
"""Where a change stands in the log: the row's sequence number, and the source that shows it; LAST for the last one."""

LAST = "~"
"""Comes after every source's name: the end of a row."""

SourceKey: TypeAlias = tuple[str, str]
"""A configured source's name, and the key of a device in it."""

Places: TypeAlias = Mapping[tuple[DeviceService, Tenant], tuple[str, ...]]
"""The sources that show a tenant's devices, by name; more than one may."""


class SourceChange(Struct, frozen=True):
    position: Position
    device: SourceKey
    service: DeviceService
    kind: ChangeKind
    event: LoggedEvent | None


def shown_by(places: Places, sequence: int, row: Change) -> Sequence[SourceChange]:
    """The row for each source that shows it, in the order of their names."""
    sources = places.get((row.service, row.tenant), ())
    marks = (*sources[:-1], LAST)
    return [
        SourceChange((sequence, mark), (source, row.device), row.service, row.kind, row.event)
        for mark, source in zip(marks, sources, strict=False)
    ]


def after_row(sequence: int) -> Position:
    """The place after all of a row."""
    return sequence, LAST


def whole_rows(position: Position) -> int:
    """The number of the last row that nothing is left of after a position."""
    return position[0] if position[1] == LAST else position[0] - 1
