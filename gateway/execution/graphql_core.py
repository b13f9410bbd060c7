from collections.abc import Mapping
from inspect import isawaitable
from typing import Any

import strawberry
from graphql import ExecutionResult, GraphQLSchema, default_field_resolver, default_type_resolver
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gateway.execution.plan import Plan


def core_schema(schema: strawberry.Schema) -> GraphQLSchema:
    return schema._schema  # noqa: SLF001  # Strawberry's only way to the graphql-core schema


def executor_of(
    schema: strawberry.Schema, plan: Plan, context: object, extensions: Mapping[str, Any], root: object = None
) -> StrawberryGraphQLCoreExecutionContext:
    """Built here, not by graphql-core's `execute`: the plan has chosen the operation and coerced its variables.

    `context` reaches resolvers as `info.context`; `extensions` (of the request) as `info.input_extensions`.
    """
    return StrawberryGraphQLCoreExecutionContext(
        core_schema(schema),
        plan.document.fragment_definitions,
        plan.document.fragments,
        root,
        context,
        plan.operation,
        plan.variables,
        default_field_resolver,
        default_type_resolver,
        default_field_resolver,
        is_awaitable=optimized_is_awaitable,
        operation_extensions=dict(extensions),
        hide_suggestions=plan.hide_suggestions,
    )


async def run_by_graphql_core(
    schema: strawberry.Schema, plan: Plan, context: object, extensions: Mapping[str, Any], root: object
) -> ExecutionResult:
    outcome = executor_of(schema, plan, context, extensions, root).execute_operation()
    if isawaitable(outcome):
        outcome = await outcome
    if not isinstance(outcome, ExecutionResult):
        raise TypeError("incremental results need a transport of their own")
    return outcome
