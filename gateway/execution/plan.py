from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any

from graphql import OperationDefinitionNode, OperationType
from graphql.execution.values import VariableValues
from msgspec import Struct

from gateway.execution.cost import OperationCost, answer_cost
from gateway.execution.document import Document
from gateway.execution.initial_counts import check_counts
from gateway.execution.permissions import Requirement
from gateway.execution.result import ErrorCode, RequestRefused, refused, refused_variables
from gateway.model.caller import ANYBODY, Caller


class Plan(Struct, frozen=True, eq=False):
    """One operation of a document with its variables: all that running it needs but the context.

    `requested_cost`: the most that it would cost, as the schema says; `rated`: how often it counts against each rate.
    """

    document: Document
    name: str | None
    operation: OperationDefinitionNode
    variables: VariableValues
    deadline_seconds: float
    cost: OperationCost
    requested_cost: int
    rated: Mapping[str, int]
    hide_suggestions: bool = False

    @property
    def is_mutation(self) -> bool:
        return self.operation.operation is OperationType.MUTATION

    @property
    def is_subscription(self) -> bool:
        return self.operation.operation is OperationType.SUBSCRIPTION

    @property
    def may_defer(self) -> bool:
        """Whether it may be answered in parts."""
        return self.document.in_one_piece is not None

    def actual_cost(self, data: Mapping[str, Any] | None) -> int:
        """What came of it, told by its answer; all of what was asked for where nothing can be told."""
        if data is None:
            return self.requested_cost
        return ceil(answer_cost(self.cost.root, data, self.variables.coerced))


def make_plan(
    document: Document,
    operation_name: str | None,
    variables: Mapping[str, Any],
    deadline_seconds: float,
    caller: Caller = ANYBODY,
    *,
    hide_suggestions: bool = False,
    subscriptions: bool = False,
    in_parts: bool = False,
) -> Plan:
    """Choose the operation and coerce its variables (GraphQL, "Executing Requests").

    `subscriptions`: whether the transport can carry one; `in_parts`: whether it can carry an answer in parts. The
    payloads of a subscription are never in parts (GraphQL, "@defer").

    Raise RequestRefused: OPERATION_RESOLUTION_FAILURE where no operation can be chosen or run here, UNAUTHENTICATED or
    FORBIDDEN where the caller may not run it, BAD_USER_INPUT for variables.
    """
    operation = _operation(document, operation_name)
    is_subscription = operation.operation is OperationType.SUBSCRIPTION
    if is_subscription and not subscriptions:
        raise _unresolved("Subscriptions are not supported over this transport.")
    if document.in_one_piece is not None and (is_subscription or not in_parts):
        document = document.in_one_piece
        operation = _operation(document, operation_name)
    name = operation.name.value if operation.name else None
    _permit(document.requirements[name], caller)
    values = document.variables[name].coerce(variables, hide_suggestions=hide_suggestions)
    if isinstance(values, list):
        raise RequestRefused(refused_variables(values))
    check_counts(document.counts.get(name, ()), values.coerced)
    cost = document.costs[name]
    requested, rated = cost.requested(values.coerced), cost.counts(values.coerced)
    return Plan(document, name, operation, values, deadline_seconds, cost, requested, rated, hide_suggestions)


def _operation(document: Document, name: str | None) -> OperationDefinitionNode:
    if name is not None:
        named = document.operations.get(name)
        if named is None:
            raise _unresolved(f"The document has no operation named '{name}'.")
        return named
    if len(document.operations) != 1:
        raise _unresolved("operationName is needed: the document does not have exactly one operation.")
    return next(iter(document.operations.values()))


def _permit(requirements: Iterable[Requirement], caller: Caller) -> None:
    for requirement in requirements:
        if not requirement.is_met_by(caller):
            code = ErrorCode.FORBIDDEN if caller.authenticated else ErrorCode.UNAUTHENTICATED
            raise RequestRefused(refused(code, requirement.words))


def _unresolved(message: str) -> RequestRefused:
    return RequestRefused(refused(ErrorCode.OPERATION_RESOLUTION_FAILURE, message))
