"""Where in an answer: a linked path, so that what fails, waits or asks can say where it is, and nothing else pays."""

from typing import Any, TypeAlias

from graphql import get_nullable_type, is_list_type, is_non_null_type
from graphql.pyutils import Path

from gateway.execution.compiled.field import Field

Position: TypeAlias = tuple["Position | None", Field | int, Any]
"""The position of what it is in, None for the root; a field, or an index in a list; the object or list it is in."""


def key_of(position: Position) -> Any:  # noqa: ANN401  # a key of an object or an index of a list
    step = position[1]
    return step if isinstance(step, int) else step.key


def keys_of(position: Position | None) -> list[str | int]:
    keys: list[str | int] = []
    while position is not None:
        keys.append(key_of(position))
        position = position[0]
    keys.reverse()
    return keys


def path_of(position: Position | None) -> Path | None:
    """The path as graphql-core tells it to resolvers."""
    if position is None:
        return None
    above, step, _ = position
    return Path(path_of(above), key_of(position), None if isinstance(step, int) else step.parent_type.name)


def field_of(position: Position) -> tuple[Position, Field, int]:
    """The field whose value the position is of or in: where that is, the field, and how many lists are between."""
    step, depth = position[1], 0
    while isinstance(step, int):
        assert position[0] is not None, "an index is in a field"  # noqa: S101  # for mypy
        position, depth = position[0], depth + 1
        step = position[1]
    return position, step, depth


def may_be_null(position: Position) -> bool:
    _, field, depth = field_of(position)
    kind = field.type
    for _ in range(depth):
        within = get_nullable_type(kind)
        if is_list_type(within):
            kind = within.of_type
    return not is_non_null_type(kind)
