"""A resolver's keyword arguments: coerced once where the document alone tells them, else once a run, else each time."""

from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeAlias
from uuid import UUID

import strawberry
from graphql import (
    ListValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    get_nullable_type,
    is_leaf_type,
)
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.relay import GlobalID
from strawberry.types.arguments import convert_arguments
from strawberry.types.base import StrawberryMaybe, StrawberryOptional
from strawberry.types.field import StrawberryField

from gateway.execution.compiled.info import MakeInfo
from gateway.execution.compiled.position import Field, Position
from gateway.execution.compiled.run import Run

MakeArguments: TypeAlias = Callable[[Run, Position], Mapping[str, Any]]

UNCHANGING: Final = (type(None), bool, int, float, str, Enum, date, time, timedelta, Decimal, UUID)
"""Classes of values that resolvers may share: nobody can change them."""


class Arguments:
    """Converts as Strawberry does: `convert_arguments`, with whatever belongs to each type of input."""

    def __init__(self, schema: strawberry.Schema, make_info: MakeInfo) -> None:
        self._config = schema.config
        self._scalars = schema.schema_converter.scalar_registry
        self._make_info = make_info

    def of(self, field: Field, described: StrawberryField) -> Mapping[str, Any] | MakeArguments:
        """What every run gives; what makes it where variables, or values that a resolver could change, are among it."""
        names, given = self._names(field, described), described.arguments

        def converted(coerced: dict[str, Any], info: Callable[[], strawberry.Info[Any, Any]] | None) -> dict[str, Any]:
            if names is not None:
                return {names[name]: value for name, value in coerced.items()}
            return convert_arguments(coerced, given, self._scalars, self._config, info and info())

        def arguments(run: Run, at: Position) -> Mapping[str, Any]:
            made = run.arguments.get(field)
            if made is None:
                coerced = coerced_arguments(run, field)
                made = converted(coerced, lambda: self._make_info(run, at))
                if _is_unchanging(coerced):
                    run.arguments[field] = made
            return made

        if any(_varies(argument.value) for argument in field.nodes[0].arguments or ()):
            return arguments
        try:
            coerced = get_argument_values(field.definition, field.nodes[0])
            return converted(coerced, None) if _is_unchanging(coerced) else arguments
        except Exception:  # noqa: BLE001  # what cannot be converted is an error of the field's, each time
            return arguments

    def _names(self, field: Field, described: StrawberryField) -> Mapping[str, str] | None:
        """The names in Python of arguments that need no conversion, by their own; None where one does."""
        named: dict[str, str] = {}
        for argument in described.arguments:
            name = self._config.name_converter.from_argument(argument)
            kind = argument.type
            inner = kind.of_type if isinstance(kind, StrawberryOptional) else kind
            if isinstance(kind, StrawberryMaybe) or inner is GlobalID:
                return None
            if not is_leaf_type(get_nullable_type(field.definition.args[name].type)):
                return None
            named[name] = argument.python_name
        return named


def coerced_arguments(run: Run, field: Field) -> dict[str, Any]:
    variables: VariableValues = run.request.variables
    return get_argument_values(field.definition, field.nodes[0], variables, None, run.request.hide_suggestions)


def _varies(value: ValueNode) -> bool:
    if isinstance(value, ListValueNode):
        return any(map(_varies, value.values))
    if isinstance(value, ObjectValueNode):
        return any(_varies(member.value) for member in value.fields)
    return isinstance(value, VariableNode)


def _is_unchanging(values: Mapping[str, Any]) -> bool:
    return all(isinstance(value, UNCHANGING) for value in values.values())
