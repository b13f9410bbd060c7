"""Who may run an operation, read off the schema's @authenticated and @requiresScopes once for each document.

An operation is held to it as a whole and before anything runs, so that there is no other way to a field: not by alias,
by fragment, by interface, by subscription or in a part that comes later.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    visit,
)

from gateway.execution.reflection import schema_directive
from gateway.model.caller import Caller


@dataclass(frozen=True, slots=True)
class Requirement:
    """Whoever selects the field must be known, and hold all scopes of one of the sets where there are any."""

    field: str
    any_of: tuple[frozenset[str], ...]

    def is_met_by(self, caller: Caller) -> bool:
        return caller.is_admitted and (not self.any_of or any(needed <= caller.scopes for needed in self.any_of))

    @property
    def words(self) -> str:
        """What it needs, for the caller."""
        scopes = " or ".join(" and ".join(sorted(needed)) for needed in self.any_of)
        return f"{self.field} needs {scopes or 'credentials'}."


def requirements_of(schema: GraphQLSchema, document: DocumentNode) -> Mapping[str | None, tuple[Requirement, ...]]:
    """What each operation of a valid document requires, by its name; fragments count where they are spread."""
    own: dict[int, set[Requirement]] = {}
    spreads: dict[int, set[str]] = {}
    fragments: dict[str, int] = {}
    for definition in document.definitions:
        collector = _Collector(schema)
        visit(definition, TypeInfoVisitor(collector.types, collector))
        own[id(definition)], spreads[id(definition)] = collector.requirements, collector.spreads
        if isinstance(definition, FragmentDefinitionNode):
            fragments[definition.name.value] = id(definition)
    return {
        definition.name.value if definition.name else None: _with_fragments(id(definition), own, spreads, fragments)
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
    }


def _with_fragments(
    start: int, own: Mapping[int, set[Requirement]], spreads: Mapping[int, set[str]], fragments: Mapping[str, int]
) -> tuple[Requirement, ...]:
    reached: set[int] = set()
    waiting = [start]
    while waiting:
        current = waiting.pop()
        if current not in reached:
            reached.add(current)
            waiting.extend(fragments[name] for name in spreads[current] if name in fragments)
    found = {requirement for one in reached for requirement in own[one]}
    # Whether one is met depends on its scopes alone, and most fields need the same: it is asked once, for the first.
    first: dict[tuple[frozenset[str], ...], Requirement] = {}
    for requirement in sorted(found, key=lambda each: each.field):
        first.setdefault(requirement.any_of, requirement)
    return tuple(first.values())


class _Collector(Visitor):
    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self.types = TypeInfo(schema)
        self.requirements: set[Requirement] = set()
        self.spreads: set[str] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent, definition = self.types.get_parent_type(), self.types.get_field_def()
        if parent is None or definition is None:
            return
        name = f"{parent.name}.{node.name.value}"
        for guarded in (parent, definition, get_named_type(definition.type)):
            any_of = _any_of(guarded)
            if any_of or schema_directive(guarded, "authenticated") is not None:
                self.requirements.add(Requirement(name, any_of))

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.spreads.add(node.name.value)


def _any_of(guarded: object) -> tuple[frozenset[str], ...]:
    directive = schema_directive(guarded, "requiresScopes")
    return () if directive is None else tuple(frozenset(scopes) for scopes in directive.scopes)
