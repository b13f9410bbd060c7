"""Where in an answer: a linked path, so that what fails, waits or asks can say where it is, and nothing else pays."""

from typing import Any, TypeAlias

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLOutputType,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    located_error,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path
from msgspec import Struct


class Field(Struct, frozen=True, eq=False):
    """One response key of the selections on one object type.

    `details` are the fields of the document that were merged into it, `nodes` the same as they stand there; the first
    one tells its arguments.
    """

    key: str
    parent_type: GraphQLObjectType
    definition: GraphQLField
    details: FieldDetailsList
    nodes: list[FieldNode]

    @property
    def name(self) -> str:
        return self.nodes[0].name.value

    @property
    def type(self) -> GraphQLOutputType:
        return self.definition.type

    @property
    def leaf(self) -> GraphQLLeafType | None:
        """The scalar or enum that it has one of, if it has."""
        kind = get_nullable_type(self.type)
        return kind if is_leaf_type(kind) else None

    @property
    def described(self) -> Any:  # noqa: ANN401  # a StrawberryField, or None where another made the field
        return self.definition.extensions.get("strawberry-definition")

    def __str__(self) -> str:
        return f"{self.parent_type}.{self.name}"


Position: TypeAlias = tuple["Position | None", Field | int, Any]
"""The position of what it is in, None for the root; a field, or an index in a list; the object or list it is in."""


def key_of(position: Position) -> Any:  # noqa: ANN401  # a key of an object or an index of a list
    step = position[1]
    return step if isinstance(step, int) else step.key


def path_of(position: Position | None) -> Path | None:
    """The path as graphql-core has it."""
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


def located(error: Exception, position: Position) -> GraphQLError:
    """The error with its place in the document and in the answer, unless it tells these itself."""
    path = path_of(position)
    return located_error(error, field_of(position)[1].nodes, path and path.as_list())


def may_be_null(position: Position) -> bool:
    _, field, depth = field_of(position)
    kind = field.type
    for _ in range(depth):
        within = get_nullable_type(kind)
        if is_list_type(within):
            kind = within.of_type
    return not is_non_null_type(kind)
