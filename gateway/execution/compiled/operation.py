"""What is compiled, and what is not: `CompiledOperation.prepare`, and then `execute`."""

from collections.abc import Iterator, Mapping
from time import thread_time
from typing import Any, Final

from graphql import (
    DirectiveNode,
    ExecutionResult,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues

from gateway.execution.compiled.reason import NotCompiled, Reason
from gateway.execution.compiled.run import Request, Run, Select
from gateway.execution.compiled.selection import Compiler, Selections

MOST_VARIANTS: Final = 16
BYTES_PER_FIELD: Final = 4500
BYTES_PER_OPERATION: Final = 3000

LEFT_OUT: Final = {
    "defer": Reason.INCREMENTAL,
    "stream": Reason.INCREMENTAL,
    "experimental_disableErrorPropagation": Reason.ERROR_PROPAGATION,
}


class CompiledOperation:
    """An operation as Python, compiled when it is first run: anew for each way that its @skip and @include may go.

    Of a subscription it is the execution of one event, its root value. `weight`: about the bytes that it holds, of what
    was compiled so far.
    """

    def __init__(
        self, compiler: Compiler, operation: OperationDefinitionNode, fragments: dict[str, FragmentDetails]
    ) -> None:
        self._compiler = compiler
        self._operation = operation
        self._fragments = fragments
        directives = [*(operation.directives or ()), *_directives(operation.selection_set, fragments, set())]
        reasons = (LEFT_OUT.get(directive.name.value) for directive in directives)
        self._refusal = next(filter(None, reasons), None)
        self._conditions = tuple({name for directive in directives for name in _condition(directive)})
        self._variants: dict[tuple[Any, ...], tuple[Select, ...]] = {}
        self._seconds_left = compiler.most_seconds
        self.weight = BYTES_PER_OPERATION

    def prepare(self, variables: VariableValues) -> tuple[Select, ...]:
        """What `execute` runs, compiled now where it was not before; raise NotCompiled."""
        if self._refusal is not None:
            raise NotCompiled(self._refusal)
        found = tuple(variables.coerced.get(name) for name in self._conditions)
        steps = self._variants.get(found)
        return self._compile(found, variables) if steps is None else steps

    def _compile(self, conditions: tuple[Any, ...], variables: VariableValues) -> tuple[Select, ...]:
        if not all(isinstance(one, bool) for one in conditions):
            raise NotCompiled(Reason.UNDECIDED)
        if len(self._variants) >= MOST_VARIANTS:
            raise NotCompiled(Reason.CONDITIONS)
        began = thread_time()
        until = began + self._seconds_left
        selections = Selections(self._compiler, self._operation, self._fragments, variables, until)
        try:
            steps = selections.root()
        except NotCompiled as refused:
            self._refusal = refused.reason
            raise
        except Exception as error:
            self._refusal = Reason.BROKEN
            raise NotCompiled(Reason.BROKEN) from error
        self._variants[conditions] = steps
        self._seconds_left -= thread_time() - began
        self.weight += BYTES_PER_FIELD * selections.fields
        return steps


async def execute(steps: tuple[Select, ...], request: Request) -> ExecutionResult:
    """Run what `CompiledOperation.prepare` gave for the request's variables; a mutation's fields one after another.

    Whatever resolvers do is in the result. Cancelled, it cancels every resolver under way and waits for its end.
    """
    run = Run(request)
    for step in steps:
        if not await run.step(step):
            break
    return ExecutionResult(run.data, run.errors or None)


def _directives(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDetails], seen: set[str]
) -> Iterator[DirectiveNode]:
    for selection in selections.selections:
        yield from selection.directives or ()
        inside = getattr(selection, "selection_set", None)
        if isinstance(selection, FragmentSpreadNode) and selection.name.value not in seen:
            seen.add(selection.name.value)
            inside = fragments[selection.name.value].definition.selection_set
        if inside is not None:
            yield from _directives(inside, fragments, seen)


def _condition(directive: DirectiveNode) -> Iterator[str]:
    """The variable that @skip or @include goes by."""
    if directive.name.value in {"skip", "include"}:
        for argument in directive.arguments or ():
            if isinstance(argument.value, VariableNode):
                yield argument.value.name.value
