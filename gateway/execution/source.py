from collections.abc import Mapping
from typing import Any

import strawberry
from graphql import ExecutionResult, GraphQLObjectType, located_error
from graphql.execution.collect_fields import collect_fields
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path
from msgspec.structs import replace
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gateway.execution.graphql_core import executor_of
from gateway.execution.plan import Plan
from gateway.execution.result import RequestRefused, executed
from gateway.live.watch import Asked


def ask(
    schema: strawberry.Schema, plan: Plan, context: object, extensions: Mapping[str, Any], after: str | None
) -> Asked:
    """Ask the one root field of a subscription what to follow (GraphQL, "Source Stream").

    `after` goes before the field's argument of that name. Raise RequestRefused with the field's error.
    """
    executor = executor_of(schema, plan, context, extensions)
    root = executor.schema.subscription_type
    if root is None:
        raise TypeError("a valid document has operations of the schema only")
    try:
        return _ask(executor, root, {} if after is None else {"after": after})
    finally:
        del executor.async_helpers  # they and the executor hold each other, until garbage is looked for


def _ask(
    executor: StrawberryGraphQLCoreExecutionContext, root: GraphQLObjectType, given: Mapping[str, object]
) -> Asked:
    values, hide = executor.variable_values, executor.hide_suggestions
    collected = collect_fields(executor.schema, executor.fragments, values, root, executor.operation, hide)
    [(key, group)] = collected.grouped_field_set.items()
    nodes, path = [details.node for details in group], Path(None, key, root.name)
    field = root.fields[nodes[0].name.value]
    info = executor.build_resolve_info(field, nodes, root, path)
    try:
        arguments = get_argument_values(field, nodes[0], values, group[0].fragment_variable_values, hide)
        named = {name: value for name, value in given.items() if name in field.args}
        asked: Asked = field.subscribe(None, info, **{**arguments, **named})
    except Exception as error:
        failure = located_error(error, nodes, path.as_list())
        raise RequestRefused(replace(executed(ExecutionResult(None, [failure])), executed=False)) from error
    return asked
