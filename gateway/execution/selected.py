"""What the operations of a document select: for whatever is decided by the schema alone, once for each document."""

from collections.abc import Mapping
from typing import TypeAlias

from graphql import (
    DefinitionNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    visit,
)
from msgspec import Struct


class SelectedField(Struct, frozen=True, eq=False):
    """A field of a type, as the schema defines it; the type is the one that the document selects it on."""

    parent: GraphQLNamedType
    name: str
    definition: GraphQLField

    @property
    def gives(self) -> GraphQLNamedType:
        """The type of what it returns, without lists and non-nulls."""
        return get_named_type(self.definition.type)


Selected: TypeAlias = Mapping[tuple[str, str], SelectedField]
"""By names of type and field, each once however often and under whatever alias it is selected."""


def selected_fields(schema: GraphQLSchema, document: DocumentNode) -> Mapping[str | None, Selected]:
    """Every field that each operation of a valid document selects; fragments count where they are spread."""
    collectors = {id(definition): _collected(schema, definition) for definition in document.definitions}
    fragments = {
        definition.name.value: collectors[id(definition)]
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    return {
        definition.name.value if definition.name else None: _with_fragments(collectors[id(definition)], fragments)
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
    }


class _Collector(Visitor):
    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self.types = TypeInfo(schema)
        self.fields: dict[tuple[str, str], SelectedField] = {}
        self.spreads: set[str] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent, definition = self.types.get_parent_type(), self.types.get_field_def()
        if parent is not None and definition is not None:
            name = node.name.value
            self.fields[parent.name, name] = SelectedField(parent, name, definition)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.spreads.add(node.name.value)


def _collected(schema: GraphQLSchema, definition: DefinitionNode) -> _Collector:
    collector = _Collector(schema)
    visit(definition, TypeInfoVisitor(collector.types, collector))
    return collector


def _with_fragments(start: _Collector, fragments: Mapping[str, _Collector]) -> Selected:
    found: dict[tuple[str, str], SelectedField] = {}
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        current = waiting.pop()
        found |= current.fields
        waiting.extend(fragments[name] for name in current.spreads - reached if name in fragments)
        reached |= current.spreads
    return found
