"""From a valid document to what its operations cost, read off the schema's @cost, @listSize and @rateLimit.

Done once for each document: only variables are left open. There is no other table of weights.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
)
from graphql.language import BooleanValueNode, IntValueNode, SelectionNode

from gateway.execution.cost import (
    Conditions,
    FieldCost,
    OperationCost,
    Size,
    TypeCost,
    dearest_first,
    length_of,
    selection_cost,
)
from gateway.execution.reflection import schema_directive

ALWAYS: Conditions = frozenset()
ONE = Size(None, (), 1)
OBJECT_WEIGHT = 1.0

Part: TypeAlias = tuple[Conditions, SelectionSetNode]
"""A selection set, and what must hold for it to be there; those of one field are merged (GraphQL, CollectFields)."""

Sized: TypeAlias = tuple[frozenset[str], Size] | None
"""Which lists of a selection are as long as its parent field says."""


def costs_of(
    schema: GraphQLSchema,
    operations: Mapping[str | None, OperationDefinitionNode],
    fragments: Mapping[str, FragmentDefinitionNode],
    page_size: int | None = None,
) -> Mapping[str | None, OperationCost]:
    """Read each operation's cost. `page_size`: of a page that does not say it, where it is not `assumedSize`."""
    reading = _Reading(schema, fragments, page_size)
    return {name: reading.operation(operation) for name, operation in operations.items()}


class _Reading:
    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], page_size: int | None
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._page_size = page_size
        self._known: dict[object, TypeCost] = {}

    def operation(self, node: OperationDefinitionNode) -> OperationCost:
        root = self._schema.get_root_type(node.operation)
        if root is None:
            raise TypeError("a valid document has operations of the schema only")
        parts = ((ALWAYS, node.selection_set),)
        groups = self._groups(root, parts)
        rated = [
            (directive.name, _any(group))
            for group in groups.values()
            if (directive := schema_directive(self._definition(root, group[0][1]), "rateLimit")) is not None
        ]
        return OperationCost(self._type(root, parts, None), tuple(rated))

    def _type(self, type_: GraphQLObjectType, parts: tuple[Part, ...], sized: Sized) -> TypeCost:
        """Read a selection on one object type; what is spread in several places is read once."""
        key = (type_.name, tuple((conditions, id(node)) for conditions, node in parts), sized)
        if key not in self._known:
            groups = self._groups(type_, parts)
            fields = [self._field(type_, name, group, sized) for name, group in groups.items()]
            dear = tuple(field for field in fields if _is_dear(field))
            weight = _weight(type_, OBJECT_WEIGHT)
            open_ = TypeCost(frozenset(groups), weight, dear, None)
            fixed = selection_cost(open_, {}, {}) if all(field.is_fixed for field in dear) else None
            self._known[key] = TypeCost(open_.keys, weight, dear, fixed)
        return self._known[key]

    def _field(
        self, type_: GraphQLObjectType, key: str, group: list[tuple[Conditions, FieldNode]], sized: Sized
    ) -> FieldCost:
        node = group[0][1]  # all of a group have the same arguments, else the document is not valid
        definition = self._definition(type_, node)
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        weight, variables = _argument_weights(definition, given)
        size, below = _sizes(definition, given, self._page_size)
        if sized is not None and node.name.value in sized[0]:
            size = sized[1]
        if not is_list_type(get_nullable_type(definition.type)):
            size = ONE
        parts = tuple((conditions, one.selection_set) for conditions, one in group if one.selection_set)
        inner = self._choice(get_named_type(definition.type), parts, below) if parts else ()
        return FieldCost(key, _any(group), _weight(definition, 0.0) + weight, variables, size, inner)

    def _choice(self, type_: GraphQLNamedType, parts: tuple[Part, ...], sized: Sized) -> tuple[TypeCost, ...]:
        """Read a selection for each type that the object could be of; those that cost the same are one."""
        possible = self._schema.get_possible_types(type_) if is_abstract_type(type_) else [type_]
        read = [self._type(one, parts, sized) for one in possible if isinstance(one, GraphQLObjectType)]
        different = {_identity(kind): kind for kind in read}
        return tuple(different.values()) if len(different) == 1 else dearest_first(read)

    def _definition(self, type_: GraphQLObjectType, node: FieldNode) -> GraphQLField:
        definition = self._schema.get_field(type_, node.name.value)
        if definition is None:
            raise TypeError("a valid document has fields of the schema only")
        return definition

    def _groups(
        self, type_: GraphQLObjectType, parts: tuple[Part, ...]
    ) -> dict[str, list[tuple[Conditions, FieldNode]]]:
        """Collect the fields by their key in the answer."""
        groups: dict[str, list[tuple[Conditions, FieldNode]]] = {}
        spread: set[tuple[Conditions, str]] = set()
        for conditions, node in parts:
            for one, field in self._fields(type_, conditions, node, spread):
                groups.setdefault(field.alias.value if field.alias else field.name.value, []).append((one, field))
        return groups

    def _fields(
        self, type_: GraphQLObjectType, around: Conditions, node: SelectionSetNode, spread: set[tuple[Conditions, str]]
    ) -> Iterator[tuple[Conditions, FieldNode]]:
        for selection in node.selections:
            conditions = _with_own(around, selection)
            if conditions is None:
                continue
            if isinstance(selection, FieldNode):
                yield conditions, selection
                continue
            if isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                if (conditions, name) in spread:
                    continue
                spread.add((conditions, name))
                fragment: Any = self._fragments[name]
            else:
                fragment = selection
            if fragment.type_condition is None or self._applies(fragment.type_condition.name.value, type_):
                yield from self._fields(type_, conditions, fragment.selection_set, spread)

    def _applies(self, name: str, type_: GraphQLObjectType) -> bool:
        condition = self._schema.get_type(name)
        return condition is type_ or (is_abstract_type(condition) and self._schema.is_sub_type(condition, type_))


def _identity(kind: TypeCost) -> object:
    """Two that have the same cost the same; what is below is compared by identity, as each is read once."""
    fields = (
        (field.key, field.conditions, field.weight, field.arguments, field.size, *map(id, field.inner))
        for field in kind.fields
    )
    return kind.weight, tuple(fields)


def _is_dear(field: FieldCost) -> bool:
    return bool(field.weight or field.arguments or any(kind.weight or kind.fields for kind in field.inner))


def _weight(element: object, default: float) -> float:
    directive = schema_directive(element, "cost")
    return default if directive is None else float(directive.weight)


def _any(group: list[tuple[Conditions, FieldNode]]) -> tuple[Conditions, ...]:
    """What must hold for one of the fields to be there; nothing where one always is."""
    conditions = tuple(one for one, _ in group)
    return () if ALWAYS in conditions else conditions


def _with_own(around: Conditions, selection: SelectionNode) -> Conditions | None:
    """Add the conditions of a selection to those around it; None where it is never there."""
    for directive in selection.directives or ():
        wanted = {"include": True, "skip": False}.get(directive.name.value)
        if wanted is None:
            continue
        value = _condition(directive)
        if isinstance(value, VariableNode):
            around |= {(value.name.value, wanted)}
        elif isinstance(value, BooleanValueNode) and value.value is not wanted:
            return None
    return around


def _condition(directive: DirectiveNode) -> ValueNode:
    return next(argument.value for argument in directive.arguments or () if argument.name.value == "if")


def _argument_weights(
    definition: GraphQLField, given: Mapping[str, ValueNode]
) -> tuple[float, tuple[tuple[str, float], ...]]:
    """Add up the weights of the arguments that the document gives; those given by variable apart."""
    total, variables = 0.0, []
    for name, argument in definition.args.items():
        weight, value = _weight(argument, 0.0), given.get(name)
        if isinstance(value, VariableNode) and weight:
            variables.append((value.name.value, weight))
        elif value is not None and not isinstance(value, NullValueNode):
            total += weight
    return total, tuple(variables)


def _sizes(definition: GraphQLField, given: Mapping[str, ValueNode], page_size: int | None) -> tuple[Size, Sized]:
    """Read the size of a field's own list, and that of the lists below it which its arguments decide."""
    directive = schema_directive(definition, "listSize")
    if directive is None:
        return ONE, None
    lengths: list[int] = []
    variables: list[tuple[str, int | None]] = []
    for name in directive.slicing_arguments or ():
        value, default = given.get(name), _default(definition.args[name])
        if isinstance(value, VariableNode):
            variables.append((value.name.value, default))
        elif (length := _length(value) if value is not None else default) is not None:
            lengths.append(length)
    assumed = page_size if page_size and directive.slicing_arguments and directive.assumed_size else None
    size = Size(max(lengths, default=None), tuple(variables), assumed or directive.assumed_size or 1)
    return (ONE, (frozenset(directive.sized_fields), size)) if directive.sized_fields else (size, None)


def _default(argument: GraphQLArgument) -> int | None:
    return length_of(argument.default_value)


def _length(value: ValueNode) -> int | None:
    """Read a slicing argument in the document; a value for a list is a list of one (GraphQL, Lists, Input Coercion)."""
    if isinstance(value, NullValueNode):
        return None
    if isinstance(value, ListValueNode):
        return len(value.values)
    return max(int(value.value), 0) if isinstance(value, IntValueNode) else 1
