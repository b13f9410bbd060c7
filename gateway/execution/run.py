from collections.abc import Callable, Mapping
from typing import Any

import strawberry
from graphql import GraphQLSchema

from gateway.execution.compiled.operation import CompiledOperation, execute
from gateway.execution.compiled.reason import NotCompiled, Reason
from gateway.execution.compiled.run import Request, Select
from gateway.execution.compiled.selection import Compiler
from gateway.execution.deadline import within
from gateway.execution.document import Document
from gateway.execution.graphql_core import core_schema, run_by_graphql_core
from gateway.execution.plan import Plan
from gateway.execution.result import Result, deadline_exceeded, executed
from gateway.execution.road import Road
from gateway.observability.event_log import EventLog

log = EventLog(__name__)


def assert_runnable(schema: strawberry.Schema) -> None:
    """Raise ValueError for a schema with extensions or directives of Strawberry's: they are not called here."""
    if schema.extensions or schema.directives:
        raise ValueError(
            "a schema's extensions and directives are not run here; limits and masks are stages of their own"
        )


class Executor:
    """Runs the operations of one schema; what it compiles is held by the document.

    `uncompiled` is told why, each time that graphql-core runs one although it is not what runs all.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        road: Road = Road.COMPILED,
        uncompiled: Callable[[Reason], None] = lambda _: None,
    ) -> None:
        assert_runnable(schema)
        self.schema = schema
        self._core_schema = core_schema(schema)
        self._compiler = Compiler(schema) if road is Road.COMPILED else None
        self._uncompiled = uncompiled

    async def run(self, plan: Plan, context: object, extensions: Mapping[str, Any], root: object = None) -> Result:
        """Execute a plan, and stop it at its deadline. `root`: what a subscription tells of now.

        `context` reaches resolvers as `info.context`; `extensions` (of the request) as `info.input_extensions`.
        """
        steps = self._steps(plan)
        road = Road.GRAPHQL_CORE if steps is None else Road.COMPILED
        try:
            if steps is None:
                running = run_by_graphql_core(self.schema, plan, context, extensions, root)
            else:
                running = execute(steps, _request(self._core_schema, plan, context, extensions, root))
            outcome = await within(plan.deadline_seconds, running)
        except TimeoutError:
            return deadline_exceeded(plan.deadline_seconds, road)
        return executed(outcome, road)

    def _steps(self, plan: Plan) -> tuple[Select, ...] | None:
        """What the operation is compiled to; None where it cannot be, which is known before anything is run."""
        if self._compiler is None:
            return None
        compiled = plan.document.compiled.get(plan.name)
        if compiled is None:
            compiled = CompiledOperation(self._compiler, plan.operation, plan.document.fragments)
            plan.document.compiled[plan.name] = compiled
        weight = compiled.weight
        try:
            steps = compiled.prepare(plan.variables)
        except NotCompiled as refused:
            self._uncompiled(refused.reason)
            tell_uncompiled(plan.document, refused.reason, refused.__cause__)
            return None
        if compiled.weight != weight:
            plan.document.grown()
        return steps


def _request(
    schema: GraphQLSchema, plan: Plan, context: object, extensions: Mapping[str, Any], root: object
) -> Request:
    fragments = plan.document.fragment_definitions
    return Request(schema, plan.operation, fragments, plan.variables, root, context, extensions, plan.hide_suggestions)


def tell_uncompiled(document: Document, reason: Reason, bug: BaseException | None = None) -> None:
    """Log once of each document why graphql-core runs it; but for what variables decide, not the document."""
    if reason is not Reason.UNDECIDED and reason not in document.told:
        document.told.add(reason)
        told = log.error if reason is Reason.BROKEN else log.info
        told("operation is not compiled", document=document.hash, reason=reason, exc_info=bug)
