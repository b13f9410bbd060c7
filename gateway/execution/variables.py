from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLError,
    GraphQLID,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    get_nullable_type,
    get_variable_values,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource

MAX_ERRORS = 5  # more tell a developer nothing new, and each costs an attacker nothing

PLAIN: Mapping[object, type] = {GraphQLID: str, GraphQLString: str, GraphQLBoolean: bool}
"""Scalars, with the type of JSON whose values are theirs as they are."""


class Variables:
    """The variables of one operation, as its document declares them."""

    __slots__ = ("_operation", "_plain", "_schema")

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._operation = operation
        definitions = operation.variable_definitions or ()
        signatures = [get_variable_signature(schema, definition) for definition in definitions]
        self._plain = [(one, _plain_type(one)) for one in signatures if isinstance(one, GraphQLVariableSignature)]

    def coerce(self, given: Mapping[str, Any], *, hide_suggestions: bool) -> VariableValues | list[GraphQLError]:
        """GraphQL, "Coercing Variable Values", as graphql-core does it; it is not asked where nothing is to be done."""
        sources, coerced = {}, {}
        for signature, plain in self._plain:
            value = given.get(signature.name)
            if type(value) is not plain:
                return self._by_graphql_core(given, hide_suggestions=hide_suggestions)
            sources[signature.name] = VariableValueSource(signature, value)
            coerced[signature.name] = value
        return VariableValues(sources, coerced)

    def _by_graphql_core(
        self, given: Mapping[str, Any], *, hide_suggestions: bool
    ) -> VariableValues | list[GraphQLError]:
        definitions = self._operation.variable_definitions or ()
        return get_variable_values(self._schema, definitions, dict(given), MAX_ERRORS, hide_suggestions)


def _plain_type(signature: GraphQLVariableSignature) -> type | None:
    """The type that a value needs to be taken as it is; None where each is looked at."""
    return PLAIN.get(get_nullable_type(signature.type))
