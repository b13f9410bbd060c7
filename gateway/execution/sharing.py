from typing import Any

from graphql import SKIP, FieldNode, GraphQLSchema, TypeInfo, TypeInfoVisitor, VariableNode, Visitor, visit

from gateway.execution.plan import Plan

RESUME = "after"
"""The argument of a subscription that says where to begin, and nothing of what is told."""


def told_by(schema: GraphQLSchema, plan: Plan) -> str:
    """The variables that a subscription's payloads depend on, with their values: all but one that only resumes."""
    told = plan.document.telling
    if plan.name not in told:
        told[plan.name] = _names(schema, plan)
    return repr(sorted((name, value) for name, value in plan.variables.coerced.items() if name in told[plan.name]))


def _names(schema: GraphQLSchema, plan: Plan) -> frozenset[str]:
    uses = _Uses(schema)
    for definition in (plan.operation, *plan.document.fragment_definitions.values()):
        visit(definition, TypeInfoVisitor(uses.types, uses))
    return frozenset(uses.names)


class _Uses(Visitor):
    """The variables that are used for anything but to resume the subscription."""

    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self.types = TypeInfo(schema)
        self.names: set[str] = set()
        self._root = schema.subscription_type
        self._resuming: set[int] = set()

    def enter_variable_definition(self, *_: object) -> Any:  # noqa: ANN401  # graphql-core's own word
        return SKIP

    def enter_field(self, node: FieldNode, *_: object) -> None:
        if self.types.get_parent_type() is self._root:
            self._resuming |= {id(one.value) for one in node.arguments or () if one.name.value == RESUME}

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        if id(node) not in self._resuming:
            self.names.add(node.name.value)
