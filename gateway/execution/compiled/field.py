from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLOutputType,
    get_nullable_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetailsList


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One response key of the selections on one object type.

    `details` are the fields of the document that were merged into it, the first one telling its arguments.
    """

    key: str
    parent_type: GraphQLObjectType
    definition: GraphQLField
    details: FieldDetailsList
    nodes: list[FieldNode] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", [detail.node for detail in self.details])

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
