"""What an operation costs: asked for, by its document and variables alone; in fact, by the shape of its answer.

The sums are IBM's GraphQL Cost Directives': a field's weight and those of its arguments, and for each object that it
returns the weight of its type and what is selected on it. Of an abstract type it is the dearest that it could be.
"""

from collections.abc import Iterable, Mapping
from math import ceil
from types import MappingProxyType
from typing import Any, TypeAlias

from msgspec import Struct

Values: TypeAlias = Mapping[str, Any]
"""Coerced variables by name."""

Conditions: TypeAlias = frozenset[tuple[str, bool]]
"""The variables of @include and @skip around something, and what each must be for it to be there."""

NOT_RATED: Mapping[str, int] = MappingProxyType({})

MOST = 10**12
"""A cost beyond this is told as this."""


class Size(Struct, frozen=True):
    """How long a list is taken to be: the largest of what its slicing arguments say, else `assumed`.

    `given`: what arguments in the document say. `variables`: those that say it by variable, each with the length that
    the argument's default gives where the variable is absent.
    """

    given: int | None
    variables: tuple[tuple[str, int | None], ...]
    assumed: int

    def of(self, values: Values) -> int:
        longest = self.given
        for name, default in self.variables:
            length = length_of(values[name]) if name in values else default
            if length is not None and (longest is None or length > longest):
                longest = length
        return self.assumed if longest is None else longest


class FieldCost(Struct, frozen=True):
    """A field of a selection that adds to the cost.

    `conditions`: it is there where all of any hold; always where there are none. `weight`: its own, with its arguments
    in the document; `arguments`: variables, and what they add where they are given. `inner`: the types that it can
    return; none for a scalar.
    """

    key: str
    conditions: tuple[Conditions, ...]
    weight: float
    arguments: tuple[tuple[str, float], ...]
    size: Size
    inner: "tuple[TypeCost, ...]"

    @property
    def is_fixed(self) -> bool:
        variable = self.conditions or self.arguments or self.size.variables
        return not variable and all(kind.fixed is not None for kind in self.inner)

    def own(self, values: Values) -> float:
        if not self.arguments:
            return self.weight
        return self.weight + sum(weight for name, weight in self.arguments if values.get(name) is not None)


class TypeCost(Struct, frozen=True):
    """A selection on one object type. `keys`: of all of it; `fields`: of what costs; `fixed`: without variables."""

    keys: frozenset[str]
    weight: float
    fields: tuple[FieldCost, ...]
    fixed: float | None


class OperationCost(Struct, frozen=True):
    """`rated`: the names of the rates that fields of the root count against, with the conditions of each field."""

    root: TypeCost
    rated: tuple[tuple[str, tuple[Conditions, ...]], ...]

    def requested(self, values: Values) -> int:
        fixed = self.root.fixed
        return ceil(min(selection_cost(self.root, values, {}) if fixed is None else fixed, MOST))

    def counts(self, values: Values) -> Mapping[str, int]:
        """How often the operation counts against each rate."""
        if not self.rated:
            return NOT_RATED
        counts: dict[str, int] = {}
        for name, conditions in self.rated:
            if is_there(conditions, values):
                counts[name] = counts.get(name, 0) + 1
        return counts


def selection_cost(selection: TypeCost, values: Values, known: dict[int, float]) -> float:
    """Add up a selection; `known` holds by identity what was added up, as parts are met by many ways."""
    if selection.fixed is not None:
        return selection.fixed
    if id(selection) in known:
        return known[id(selection)]
    total = selection.weight
    for field in selection.fields:
        if is_there(field.conditions, values):
            total += field.own(values)
            if field.inner:
                total += field.size.of(values) * max(selection_cost(kind, values, known) for kind in field.inner)
    known[id(selection)] = total
    return total


def is_there(conditions: tuple[Conditions, ...], values: Values) -> bool:
    if not conditions:
        return True
    return any(all(values.get(name) is wanted for name, wanted in one) for one in conditions)


def length_of(value: object) -> int | None:
    """Read a slicing argument: a number, or the length of a list; None for null."""
    if isinstance(value, list):
        return len(value)
    return max(value, 0) if isinstance(value, int) else None  # a negative one is refused by its field


def answer_cost(kind: TypeCost, value: Mapping[str, Any], values: Values) -> float:
    """Add up what came of a selection on an object."""
    total = kind.weight
    for field in kind.fields:
        if field.key in value:
            total += field.own(values) if field.arguments else field.weight
            held = value[field.key]
            if held is None or not field.inner:
                continue
            if isinstance(held, list):
                total += _list_cost(field.inner, held, values)
            else:
                total += answer_cost(_kind_of(held, field.inner), held, values)
    return total


def _list_cost(kinds: tuple[TypeCost, ...], items: list[Any], values: Values) -> float:
    if len(kinds) == 1 and not kinds[0].fields:
        return kinds[0].weight * (len(items) - items.count(None))
    total = 0.0
    for item in items:
        if isinstance(item, list):
            total += _list_cost(kinds, item, values)
        elif item is not None:
            total += answer_cost(_kind_of(item, kinds), item, values)
    return total


def _kind_of(value: Mapping[str, Any], kinds: tuple[TypeCost, ...]) -> TypeCost:
    """Tell the type by the keys that an object has; of several that have them all, the first: the dearest."""
    if len(kinds) > 1:
        keys = value.keys()
        for kind in kinds:
            if keys <= kind.keys:
                return kind
    return kinds[0]


def dearest_first(kinds: Iterable[TypeCost]) -> tuple[TypeCost, ...]:
    return tuple(sorted(kinds, key=lambda kind: kind.weight + sum(field.weight for field in kind.fields), reverse=True))
