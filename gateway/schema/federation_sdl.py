"""The printed schema as composers of Apollo Federation want it: with keys, and without what they would refuse."""

from dataclasses import replace
from math import ceil
from typing import Any, TypeVar, cast

from graphql import (
    REMOVE,
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    FieldDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    Visitor,
    VisitorAction,
    parse,
    print_ast,
    value_from_ast_untyped,
    visit,
)

SPECIFICATION = "https://specs.apollo.dev/federation/v2.9"
"""The newest that open composers take."""

ADDED = ("key", "shareable")
KNOWN = frozenset({"authenticated", "cost", "listSize", "requiresScopes"})
"""Directives of ours that the specification has too: it defines them, we do not."""

ROUTERS_OWN = frozenset({"defer", "stream"})
"""Whether an answer comes in parts is between a router and its clients."""

NOT_ON_INTERFACES = frozenset({"authenticated", "cost", "requiresScopes"})
"""There a composer refuses them; the types that implement the interface say the same."""

ENTITY_INTERFACES = frozenset({"Device"})
SHAREABLE_FIELDS = frozenset({"node", "nodes"})
SHAREABLE_TYPES = frozenset({"PageInfo", "Tag", "UserError"})
"""Values that another graph may well have by the same names."""

Definition = TypeVar("Definition", ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode, FieldDefinitionNode)


def subgraph_sdl(printed: str) -> str:
    """Turn the plain schema, as printed, into what `_service` tells and a composer reads."""
    adapter = _Adapter()
    document = print_ast(visit(parse(printed), adapter))
    imports = ", ".join(f'"@{name}"' for name in (*ADDED, *sorted(adapter.imported)))
    return f'extend schema @link(url: "{SPECIFICATION}", import: [{imports}])\n\n{document}\n'


class _Adapter(Visitor):
    """`imported`: which of the known directives the schema defined."""

    def __init__(self) -> None:
        super().__init__()
        self.imported: set[str] = set()

    def enter_directive_definition(self, node: DirectiveDefinitionNode, *_: object) -> VisitorAction:
        if node.name.value in ROUTERS_OWN:
            return REMOVE
        if node.name.value not in KNOWN:
            return None
        self.imported.add(node.name.value)
        return REMOVE

    def leave_directive(self, node: DirectiveNode, *_: object) -> DirectiveNode:
        """A weight is a whole number here, and a text where IBM defined it."""
        if node.name.value != "cost":
            return node
        weight = ceil(float(_given(node, "weight")))
        return _directive(f"@cost(weight: {weight})")

    def leave_interface_type_definition(
        self, node: InterfaceTypeDefinitionNode, *_: object
    ) -> InterfaceTypeDefinitionNode:
        fields = tuple(_without(field, NOT_ON_INTERFACES) for field in node.fields or ())
        bare = replace(_without(node, NOT_ON_INTERFACES), fields=fields)
        return _with(bare, '@key(fields: "id")') if node.name.value in ENTITY_INTERFACES else bare

    def leave_object_type_definition(self, node: ObjectTypeDefinitionNode, *_: object) -> ObjectTypeDefinitionNode:
        if node.name.value in SHAREABLE_TYPES:
            return _with(node, "@shareable")
        if "Node" in {interface.name.value for interface in node.interfaces or ()}:
            return _with(node, '@key(fields: "id")')
        if node.name.value == "Query":
            return replace(node, fields=tuple(_root_field(field) for field in node.fields or ()))
        return node

    def leave_field_definition(self, node: FieldDefinitionNode, *_: object) -> FieldDefinitionNode:
        """Take @listSize off a list that is as long as another one given: here only numbers may say a size."""
        lists = {one.name.value for one in node.arguments or () if print_ast(one.type).startswith("[")}
        sizes = {name for one in node.directives or () for name in _given(one, "slicingArguments") or ()}
        return _without(node, frozenset({"listSize"})) if lists & sizes else node


def _root_field(node: FieldDefinitionNode) -> FieldDefinitionNode:
    return _with(node, "@shareable") if node.name.value in SHAREABLE_FIELDS else node


def _with(node: Definition, directive: str) -> Definition:
    return replace(node, directives=(*(node.directives or ()), _directive(directive)))


def _without(node: Definition, names: frozenset[str]) -> Definition:
    return replace(node, directives=tuple(one for one in node.directives or () if one.name.value not in names))


def _directive(text: str) -> ConstDirectiveNode:
    definition = cast("ScalarTypeDefinitionNode", parse(f"scalar Any {text}").definitions[0])
    [directive] = definition.directives or ()
    return directive


def _given(directive: DirectiveNode, name: str) -> Any:  # noqa: ANN401  # as the schema says it
    values = (one.value for one in directive.arguments or () if one.name.value == name)
    return next(map(value_from_ast_untyped, values), None)
