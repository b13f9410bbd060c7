from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    GraphQLStreamDirective,
    VariableNode,
    Visitor,
    separate_operations,
    value_from_ast_untyped,
    visit,
)

from gateway.execution.result import ErrorCode, RequestRefused, refused

COUNT = "initialCount"


def initial_counts(document: DocumentNode) -> Mapping[str | None, tuple[ArgumentNode, ...]]:
    """How many items each @stream of an operation, by its name, asks for at once, where it says so."""
    return {name or None: _counts(operation) for name, operation in separate_operations(document).items()}


def check_counts(counts: Sequence[ArgumentNode], variables: Mapping[str, Any]) -> None:
    """Raise RequestRefused BAD_USER_INPUT for one that is none, which graphql-core takes for a bug."""
    for argument in counts:
        value = argument.value
        if isinstance(value, VariableNode):
            count, name = variables.get(value.name.value, 0), f"${value.name.value}"
        else:
            count, name = value_from_ast_untyped(value), COUNT
        if count is None or count < 0:
            raise RequestRefused(refused(ErrorCode.BAD_USER_INPUT, f"{COUNT} must be a number, from 0.", argument=name))


def _counts(operation: DocumentNode) -> tuple[ArgumentNode, ...]:
    finder = _Finder()
    visit(operation, finder)
    return tuple(finder.found)


class _Finder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[ArgumentNode] = []

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        if node.name.value == GraphQLStreamDirective.name:
            self.found += [one for one in node.arguments or () if one.name.value == COUNT]
