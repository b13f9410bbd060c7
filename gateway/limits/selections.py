"""Adding up over a document as it will be executed: a fragment counts wherever it is spread."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

Selection: TypeAlias = SelectionNode
Total: TypeAlias = Callable[[Selection, int], int]
"""From a selection and what is below it to the selection's own total."""


def largest_operation(document: DocumentNode, total: Total, combine: Callable[[list[int]], int] = sum) -> int:
    """The largest total of any operation; `combine` makes one of those of a selection set.

    Each fragment is looked at once, however often it is spread. One that spreads itself counts as empty there:
    validation refuses it.
    """
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    walk = _Walk(fragments, total, combine)
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    return max((walk.selection_set(operation.selection_set) for operation in operations), default=0)


class _Walk:
    def __init__(
        self, fragments: Mapping[str, FragmentDefinitionNode], total: Total, combine: Callable[[list[int]], int]
    ) -> None:
        self._fragments = fragments
        self._total = total
        self._combine = combine
        self._known: dict[str, int] = {}

    def selection_set(self, node: SelectionSetNode | None) -> int:
        if node is None:
            return 0
        return self._combine([self._total(one, self._below(one)) for one in node.selections] or [0])

    def _below(self, node: Selection) -> int:
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value)
        if isinstance(node, FieldNode | InlineFragmentNode):
            return self.selection_set(node.selection_set)
        return 0

    def _fragment(self, name: str) -> int:
        if name not in self._known and name in self._fragments:
            self._known[name] = 0
            self._known[name] = self.selection_set(self._fragments[name].selection_set)
        return self._known.get(name, 0)
