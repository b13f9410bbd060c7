"""Where in an answer: a linked path, so that what fails, waits or asks can say where it is, and nothing else pays."""

from typing import TypeAlias

from graphql import get_nullable_type, is_list_type, is_non_null_type
from graphql.pyutils import Path

from gateway.execution.compiled.field import Field

Position: TypeAlias = tuple["Position | None", Field | int]
"""The position of what it is in, None for the root, and then a field, or an index in a list."""


def keys_of(position: Position | None) -> list[str | int]:
    keys: list[str | int] = []
    while position is not None:
        position, step = position
        keys.append(step if isinstance(step, int) else step.key)
    keys.reverse()
    return keys


def path_of(position: Position | None) -> Path | None:
    """The path as graphql-core tells it to resolvers."""
    if position is None:
        return None
    above, step = position
    key, owner = (step, None) if isinstance(step, int) else (step.key, step.parent_type.name)
    return Path(path_of(above), key, owner)


def field_of(position: Position) -> tuple[Position | None, Field, int]:
    """The field whose value the position is of or in: where that is, the field, and how many lists are between."""
    above, step = position
    depth = 0
    while isinstance(step, int):
        assert above is not None, "an index is in a field"  # noqa: S101  # for mypy
        above, step = above
        depth += 1
    return above, step, depth


def may_be_null(position: Position) -> bool:
    _, field, depth = field_of(position)
    kind = field.type
    for _ in range(depth):
        within = get_nullable_type(kind)
        if is_list_type(within):
            kind = within.of_type
    return not is_non_null_type(kind)
