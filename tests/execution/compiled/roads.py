"""Both roads over the same document, and whether they came to the same."""

import asyncio
import gc
import json
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import strawberry
from graphql import (
    ExecutionResult,
    GraphQLError,
    OperationDefinitionNode,
    default_field_resolver,
    default_type_resolver,
    get_variable_values,
    parse,
    validate,
)
from graphql.execution.collect_fields import FragmentDetails
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gateway.execution.compiled.operation import CompiledOperation, execute
from gateway.execution.compiled.run import Request
from gateway.execution.compiled.selection import Compiler


@dataclass(frozen=True)
class Case:
    """A valid operation with its variables; None where they are not."""

    schema: strawberry.Schema
    operation: OperationDefinitionNode
    fragments: dict[str, object]
    variables: object


@dataclass(frozen=True)
class Outcome:
    """`errors`: all that is told of each, and its path."""

    data: object
    errors: list[tuple[str, tuple[str | int, ...]]]

    def nulled(self, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
        """Where an error's path comes upon null: its own position, or one above."""
        data = self.data
        for depth, key in enumerate(path):
            if data is None:
                return path[:depth]
            data = data[key]
        return path


def case_of(schema: strawberry.Schema, text: str, variables: Mapping[str, object]) -> Case | None:
    core = schema._schema
    document = parse(text)
    if validate(core, document):
        return None
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    fragments = {one.name.value: one for one in document.definitions if one not in operations}
    values = get_variable_values(core, operations[0].variable_definitions or (), dict(variables))
    return None if isinstance(values, list) else Case(schema, operations[0], fragments, values)


async def by_core(case: Case, root: object, context: object) -> Outcome:
    """As graphql-core does it; what it leaves unawaited is not told."""
    details = {name: FragmentDetails(one, None) for name, one in case.fragments.items()}
    executor = StrawberryGraphQLCoreExecutionContext(
        case.schema._schema, case.fragments, details, root, context, case.operation, case.variables,
        default_field_resolver, default_type_resolver, default_field_resolver,
        is_awaitable=optimized_is_awaitable, operation_extensions={},
    )  # fmt: skip
    outcome = executor.execute_operation()
    result = await outcome if optimized_is_awaitable(outcome) else outcome
    while executor.background_futures:
        await asyncio.wait(list(executor.background_futures))
    return outcome_of(result)


async def compiled(case: Case, root: object, context: object) -> Outcome:
    details = {name: FragmentDetails(one, None) for name, one in case.fragments.items()}
    steps = CompiledOperation(Compiler(case.schema), case.operation, details).prepare(case.variables)
    core = case.schema._schema
    request = Request(core, case.operation, case.fragments, case.variables, root, context, {}, False)
    result = outcome_of(await execute(steps, request))
    assert asyncio.all_tasks() == {asyncio.current_task()}, "nothing goes on after the answer"
    return result


def outcome_of(result: ExecutionResult) -> Outcome:
    return Outcome(result.data, sorted((told(error), tuple(error.path or ())) for error in result.errors or ()))


def told(error: GraphQLError) -> str:
    """All of an error that a client or a log may see."""
    original: object = error
    while isinstance(original, GraphQLError) and original.original_error is not None:
        original = original.original_error
    places = [(place.line, place.column) for place in error.locations or ()]
    return repr((error.message, error.path, places, error.extensions, type(original).__name__, str(original)))


def assert_same(ours: Outcome, theirs: Outcome) -> bool:
    """Fail where they differ; tell whether the errors are the same one by one.

    Where several fields fail below one position that they null together, which of their errors are told is a matter
    of time (GraphQL, "Handling Execution Errors"): at least one is.
    """
    assert json.dumps(ours.data, default=repr) == json.dumps(theirs.data, default=repr)
    if ours.errors == theirs.errors:
        return True
    for one, other in ((ours, theirs), (theirs, ours)):
        for error, path in one.errors:
            instead = [deeper for _, deeper in other.errors if other.nulled(deeper) == one.nulled(path)]
            assert instead, f"a null without an error: {error}"
            assert (error, path) in other.errors or {*instead, path} != {one.nulled(path)}, f"another error: {error}"
    return False


@contextmanager
def quiet() -> Iterator[None]:
    """What is left unawaited meanwhile is collected at the end, without a word, and kept by no record until then."""
    gc.disable()
    logging.disable()
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
            gc.collect()
    finally:
        logging.disable(logging.NOTSET)
        gc.enable()
