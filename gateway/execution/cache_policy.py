"""How long an operation's answer may be used again, and what makes it untrue: read off @cacheControl and the graph.

Ages are Apollo's: a field of the root, and one that gives objects, has the age of its own hint, else of its type's,
else the default; a scalar has one by a hint only; an answer has the least of all. Entities are what implements Node.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)
from graphql.language import SelectionNode
from msgspec import Struct

from gateway.execution.reflection import schema_directive
from gateway.execution.selected import Selected, SelectedField

Fragments: TypeAlias = Mapping[str, FragmentDefinitionNode]
NODE = "Node"
TYPENAME = "__typename"


class Lookup(Struct, frozen=True):
    """A field that gives entities by themselves: its place in an answer, the keys that ids may be under, the types."""

    path: tuple[str, ...]
    id_keys: frozenset[str]
    types: frozenset[str]

    def ids(self, data: Mapping[str, Any]) -> frozenset[str] | None:
        """The ids that an answer tells there; None where there is something without."""
        value: Any = data
        for key in self.path:
            if value is None:
                return None
            if key not in value:
                return frozenset()  # by @skip or @include
            value = value[key]
        ids: set[str] = set()
        for entity in value if isinstance(value, list) else [value]:
            own = {entity[key] for key in self.id_keys if key in entity} if entity is not None else ()
            if not own:
                return None
            ids.update(own)
        return frozenset(ids)


class CachePolicy(Struct, frozen=True):
    """`max_age` in seconds, 0: not to be used again; `private`: by the same caller only.

    `variables`: what the answer depends on beside the document. `types`: of the entities that come in some other way
    than by a lookup. `lookups`: those of the root; of a mutation, those of its payloads.
    """

    max_age: int
    private: bool
    variables: tuple[str, ...]
    types: frozenset[str]
    lookups: tuple[Lookup, ...]

    def tags(self, data: Mapping[str, Any]) -> frozenset[str]:
        """What an answer tells of: entities by their ids; whole types, where it is a list, or does not tell ids."""
        found = set(type_tags(self.types))
        for lookup in self.lookups:
            ids = lookup.ids(data)
            found |= type_tags(lookup.types) if ids is None else ids
        return frozenset(found)

    def changed(self, data: Mapping[str, Any]) -> frozenset[str] | None:
        """The tags of what a mutation changed, as its answer tells; None where it does not tell all of it."""
        found: set[str] = set()
        told: set[str] = set()
        for lookup in self.lookups:
            ids = lookup.ids(data)
            if ids:
                found |= ids | type_tags(lookup.types)
                told.add(lookup.path[0])
        return frozenset(found) if data.keys() - {TYPENAME} <= told else None


def type_tags(types: Iterable[str]) -> frozenset[str]:
    """What stands for all entities of some types; no id can look like it."""
    return frozenset(f"type {name}" for name in types)


def policies_of(
    schema: GraphQLSchema,
    operations: Mapping[str | None, OperationDefinitionNode],
    fragments: Fragments,
    selected: Mapping[str | None, Selected],
    default_age: int,
) -> Mapping[str | None, CachePolicy]:
    """Read the policy of each operation of a valid document, by its name."""
    return {
        name: _policy(schema, operation, fragments, selected[name], default_age)
        for name, operation in operations.items()
    }


def _policy(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Fragments,
    selected: Selected,
    default_age: int,
) -> CachePolicy:
    root = schema.get_root_type(operation.operation)
    if root is None:
        raise TypeError("a valid document has operations of the schema only")
    is_query = operation.operation is OperationType.QUERY
    ages = [age for field in selected.values() if (age := _age(field, root, default_age)) is not None]
    return CachePolicy(
        min(ages, default=0) if is_query else 0,
        any(_is_private(field) for field in selected.values()),
        tuple(sorted(one.variable.name.value for one in operation.variable_definitions or ())),
        frozenset(name for field in selected.values() for name in _listed_types(schema, field, root)),
        tuple(_lookups(schema, root, operation.selection_set, fragments, deeper=not is_query)),
    )


def _age(field: SelectedField, root: GraphQLObjectType, default: int) -> int | None:
    if field.name == TYPENAME:
        return None
    if field.name.startswith("__") or field.parent.name.startswith("__"):
        return 0  # introspection: asked once, by tools
    for hinted in (field.definition, field.gives):
        hint = schema_directive(hinted, "cacheControl")
        if hint is not None and isinstance(hint.max_age, int):
            return hint.max_age
    return default if field.parent is root or is_composite_type(field.gives) else None


def _is_private(field: SelectedField) -> bool:
    """By the field's own hint, its type's, or that of the type that it is selected on."""
    hints = (schema_directive(hinted, "cacheControl") for hinted in (field.definition, field.gives, field.parent))
    scopes = [hint.scope.value for hint in hints if hint is not None and hint.scope]
    return "PRIVATE" in scopes


def _listed_types(schema: GraphQLSchema, field: SelectedField, root: GraphQLObjectType) -> Iterator[str]:
    """Read what a field has in it that is no lookup: entities below the root, and all that a connection lists."""
    if field.parent is not root:
        yield from _entity_types(schema, field.gives)
    if field.gives.name.endswith("Connection") and isinstance(field.gives, GraphQLObjectType):
        for inner in _given_by(field.gives):
            yield from _entity_types(schema, inner)
            for node in _given_by(inner) if isinstance(inner, GraphQLObjectType) else ():
                yield from _entity_types(schema, node)


def _given_by(type_: GraphQLObjectType) -> list[GraphQLNamedType]:
    return [get_named_type(field.type) for field in type_.fields.values()]


def _entity_types(schema: GraphQLSchema, type_: GraphQLNamedType) -> frozenset[str]:
    possible = schema.get_possible_types(type_) if is_abstract_type(type_) else [type_]
    return frozenset(
        one.name
        for one in possible
        if isinstance(one, GraphQLObjectType) and NODE in {interface.name for interface in one.interfaces}
    )


def _lookups(
    schema: GraphQLSchema,
    parent: GraphQLObjectType,
    selection: SelectionSetNode,
    fragments: Fragments,
    path: tuple[str, ...] = (),
    *,
    deeper: bool,
) -> Iterator[Lookup]:
    """Find the fields that give entities; `deeper`: those of the objects that the fields give."""
    for key, nodes in _by_key(selection, fragments).items():
        definition = schema.get_field(parent, nodes[0].name.value)
        gives = None if definition is None else get_named_type(definition.type)
        below = [node.selection_set for node in nodes if node.selection_set is not None]
        if deeper and isinstance(gives, GraphQLObjectType):
            for one in below:
                yield from _lookups(schema, gives, one, fragments, (*path, key), deeper=False)
        elif gives is not None and (types := _entity_types(schema, gives)):
            inner = [field for one in below for field in _fields(one.selections, fragments)]
            id_keys = frozenset(_key(field) for field in inner if field.name.value == "id")
            yield Lookup((*path, key), id_keys, types)


def _by_key(selection: SelectionSetNode, fragments: Fragments) -> dict[str, list[FieldNode]]:
    found: dict[str, list[FieldNode]] = {}
    for field in _fields(selection.selections, fragments):
        found.setdefault(_key(field), []).append(field)
    return found


def _key(field: FieldNode) -> str:
    return field.alias.value if field.alias else field.name.value


def _fields(selections: Iterable[SelectionNode], fragments: Fragments) -> Iterator[FieldNode]:
    """Every field of a selection, through fragments, whatever their conditions."""
    for selection in selections:
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, FragmentSpreadNode):
            yield from _fields(fragments[selection.name.value].selection_set.selections, fragments)
        else:
            yield from _fields(selection.selection_set.selections, fragments)  # type: ignore[attr-defined]  # inline
