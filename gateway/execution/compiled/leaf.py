"""A scalar or an enum as an expression: what is right as it is passes at once, anything else takes the long way."""

from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

from graphql import (
    GraphQLBoolean,
    GraphQLError,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
)
from graphql.pyutils import inspect

TESTS: Final[Mapping[GraphQLLeafType, str]] = MappingProxyType(
    {
        GraphQLString: "type(value := {read}) is str",
        GraphQLID: "type(value := {read}) is str",
        GraphQLBoolean: "type(value := {read}) is bool",
        GraphQLInt: "type(value := {read}) is int and -2147483648 <= value <= 2147483647",
        GraphQLFloat: "type(value := {read}) is float and -inf < value < inf",
    }
)
"""Whether a value of a scalar of the specification's is its own serialisation."""


def expression(
    kind: GraphQLLeafType, read: str, long_way: str, number: int, *, nullable: bool
) -> tuple[str, Mapping[str, object]]:
    """What serialises the value of the expression `read`, and its names; `long_way` does so whatever `value` is."""
    unless_null = f"None if value is None else {long_way}" if nullable else long_way
    if kind in TESTS:
        or_null = " or value is None" if nullable else ""
        return f"value if {TESTS[kind].format(read=read)}{or_null} else {long_way}", {}
    members = members_of(kind)
    if members is not None:
        found = f"m{number}.get(value._name_) or {long_way}"
        names = {f"m{number}": members[1], f"e{number}": members[0]}
        return f"{found} if type(value := {read}) is e{number} else {unless_null}", names
    names = {f"s{number}": serialise(kind)}
    return f"s{number}(value) if type(value := {read}) in ordinary else {unless_null}", names


def members_of(kind: GraphQLLeafType) -> tuple[type[Enum], Mapping[str, str]] | None:
    """A class of Python's that the type is of, and what each member, by its name, is in the graph."""
    members = getattr(kind, "wrapped_cls", None)
    if isinstance(kind, GraphQLScalarType) or not (isinstance(members, type) and issubclass(members, Enum)):
        return None
    named: dict[str, str] = {}
    for member in members:
        try:
            named[member.name] = kind.coerce_output_value(member)
        except (GraphQLError, ValueError):
            continue  # a member that the graph does not have: the long way tells
    return members, named


def serialise(kind: GraphQLLeafType) -> Callable[[Any], Any]:
    """As graphql-core does; raise whatever the type raises, TypeError where it gives nothing."""
    coerce = kind.coerce_output_value

    def serialised(value: Any) -> Any:  # noqa: ANN401  # of the model, and of the answer
        coerced = coerce(value)
        if coerced is None or coerced is Undefined:
            call = f"`{kind}.coerce_output_value({inspect(value)})`"
            raise TypeError(f"Expected {call} to return non-nullable value, returned: {inspect(coerced)}")
        return coerced

    return serialised
