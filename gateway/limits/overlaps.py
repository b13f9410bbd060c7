"""Fields that ask for the same thing at the same place, which validation compares with each other, pair by pair."""

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)
from msgspec import Struct, field

from gateway.limits.passed import LimitPassed


def check_overlaps(document: DocumentNode, maximum: int) -> None:
    """Refuse an operation of more than `maximum` pairs of fields that answer under the same name.

    Of a field that is there n times there are n·(n-1)/2. Check the number of fields before: that bounds what is done.
    """
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    merging = _Merging(fragments)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode) and _pairs(merging.of(definition.selection_set)) > maximum:
            raise LimitPassed("maximum_overlaps", f"More than {maximum} pairs of fields answer under the same name.")


class _Place(Struct):
    """How often a field is there, and the fields below all of them."""

    count: int = 0
    below: "dict[str, _Place]" = field(default_factory=dict)


def _pairs(places: dict[str, _Place]) -> int:
    return sum(place.count * (place.count - 1) // 2 + _pairs(place.below) for place in places.values())


def _add(places: dict[str, _Place], more: dict[str, _Place]) -> None:
    for name, place in more.items():
        mine = places.setdefault(name, _Place())
        mine.count += place.count
        _add(mine.below, place.below)


class _Merging:
    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, dict[str, _Place]] = {}

    def of(self, node: SelectionSetNode | None) -> dict[str, _Place]:
        places: dict[str, _Place] = {}
        for selection in () if node is None else node.selections:
            _add(places, self._selection(selection))
        return places

    def _selection(self, node: SelectionNode) -> dict[str, _Place]:
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value)
        below = self.of(getattr(node, "selection_set", None))
        if isinstance(node, FieldNode):
            return {(node.alias or node.name).value: _Place(1, below)}
        return below

    def _fragment(self, name: str) -> dict[str, _Place]:
        """What a fragment holds, looked at once; one that spreads itself counts as empty there."""
        if name not in self._known and name in self._fragments:
            self._known[name] = {}
            self._known[name] = self.of(self._fragments[name].selection_set)
        return self._known.get(name, {})
