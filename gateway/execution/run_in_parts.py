import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from inspect import isawaitable
from typing import Any, TypeAlias

import strawberry
from graphql import (
    ExecutionResult,
    ExperimentalIncrementalExecutionResults,
    IncrementalStreamResult,
    SubsequentIncrementalExecutionResult,
)
from graphql.execution.types import CompletedResult, IncrementalResult, PendingResult

from gateway.execution.ending import StreamEnded
from gateway.execution.graphql_core import executor_of
from gateway.execution.parts import Completed, Fields, Items, Part, Pending
from gateway.execution.plan import Plan
from gateway.execution.result import Result, deadline_exceeded, executed, field_errors, internal_error

Confirm: TypeAlias = Callable[[], Awaitable[None]]
"""Raises StreamEnded where nothing more is for the caller."""

Subsequent: TypeAlias = AsyncGenerator[SubsequentIncrementalExecutionResult, None]


async def run_in_parts(
    schema: strawberry.Schema, plan: Plan, context: object, extensions: Mapping[str, Any], confirm: Confirm
) -> AsyncGenerator[Part, None]:
    """Execute a plan whose document may defer, and stop all of it at its deadline; closed early, the work stops.

    Where nothing is deferred after all, there is one part. What fails in between is told by the last part, and so is
    what `confirm` raises, which is asked before each part but the first.
    """
    deadline = asyncio.get_running_loop().time() + plan.deadline_seconds
    outcome = await _begin(schema, plan, context, extensions, deadline)
    if not isinstance(outcome, ExperimentalIncrementalExecutionResults):
        yield Part(outcome)
        return
    initial = outcome.initial_result
    result = executed(ExecutionResult(initial.data, initial.errors))
    part = Part(result, _pending(initial.pending), has_next=True)
    open_ids = _still_open(frozenset(), part)
    async with aclosing(outcome.subsequent_results) as subsequent:
        while part.has_next:
            yield part
            part = await _next(subsequent, open_ids, plan, deadline, confirm)
            open_ids = _still_open(open_ids, part)
        yield part


async def _begin(
    schema: strawberry.Schema, plan: Plan, context: object, extensions: Mapping[str, Any], deadline: float
) -> Result | ExperimentalIncrementalExecutionResults:
    executor = executor_of(schema, plan, context, extensions)
    try:
        async with asyncio.timeout_at(deadline):
            outcome = executor.execute_operation()
            if isawaitable(outcome):
                outcome = await outcome
    except TimeoutError:
        return deadline_exceeded(plan.deadline_seconds)
    return executed(outcome) if isinstance(outcome, ExecutionResult) else outcome


async def _next(
    subsequent: Subsequent, open_ids: frozenset[str], plan: Plan, deadline: float, confirm: Confirm
) -> Part:
    try:
        async with asyncio.timeout_at(deadline):
            part = _part(await anext(subsequent))
            await confirm()
            return part
    except StopAsyncIteration:
        return Part(None)
    except TimeoutError:
        errors = deadline_exceeded(plan.deadline_seconds).errors
    except StreamEnded as ended:
        errors = (ended.error,)
    except Exception as error:  # noqa: BLE001  # as in any answer: logged, masked, and told
        errors = internal_error(error).errors
    return Part(None, completed=tuple(Completed(id_, errors) for id_ in sorted(open_ids, key=int)))


def _still_open(open_ids: frozenset[str], part: Part) -> frozenset[str]:
    return (open_ids | {one.id for one in part.pending}) - {one.id for one in part.completed}


def _part(result: SubsequentIncrementalExecutionResult) -> Part:
    return Part(
        None,
        _pending(result.pending),
        tuple(_patch(one) for one in result.incremental or ()),
        tuple(_completed(one) for one in result.completed or ()),
        result.has_next,
    )


def _pending(pending: list[PendingResult] | None) -> tuple[Pending, ...]:
    return tuple(Pending(one.id, one.path, one.label) for one in pending or ())


def _patch(patch: IncrementalResult) -> Fields | Items:
    errors = field_errors(patch.errors or ())
    if isinstance(patch, IncrementalStreamResult):
        return Items(patch.id, patch.items, errors)
    return Fields(patch.id, patch.sub_path or (), patch.data, errors)


def _completed(completed: CompletedResult) -> Completed:
    return Completed(completed.id, field_errors(completed.errors or ()))
