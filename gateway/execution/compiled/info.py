"""What a resolver may ask about where it is; made only for those that take it, and found out only when asked."""

from collections.abc import Callable, Sequence
from functools import cached_property
from inspect import iscoroutine
from types import SimpleNamespace
from typing import Any, Final, TypeAlias, cast

import strawberry
from graphql import GraphQLResolveInfo
from graphql.pyutils import gather_with_cancel
from graphql.type import GraphQLResolveInfoHelpers
from strawberry.execution import optimized_is_awaitable

from gateway.execution.compiled.position import Position, field_of, path_of
from gateway.execution.compiled.run import Run

MakeInfo: TypeAlias = Callable[[Run, Position], strawberry.Info[Any, Any]]


def resolve_info(run: Run, position: Position) -> GraphQLResolveInfo[Any]:
    """graphql-core's own, with Strawberry's additions, for the field that a position is of or in."""
    at, field, _ = field_of(position)
    request = run.request
    info = SimpleNamespace(
        field_name=field.name,
        field_nodes=field.nodes,
        return_type=field.type,
        parent_type=field.parent_type,
        path=path_of(at),
        schema=request.schema,
        fragments=request.fragments,
        root_value=request.root_value,
        operation=request.operation,
        variable_values=request.variables.coerced,
        context=request.context,
        is_awaitable=optimized_is_awaitable,
        abort_signal=None,
        async_helpers=HELPERS,
        operation_extensions=request.extensions,
    )
    return cast("GraphQLResolveInfo[Any]", info)


class CompiledInfo(strawberry.Info[Any, Any]):
    """Strawberry's Info, which finds out what it is asked for only then; most ask for the context alone."""

    __slots__ = ("_position", "_run", "context")

    def __init__(self, run: Run, position: Position) -> None:
        self._run = run
        self._position = position
        self.context: Any = run.request.context

    @cached_property
    def _raw_info(self) -> GraphQLResolveInfo[Any]:  # type: ignore[override]  # an attribute that is made when asked for
        return resolve_info(self._run, self._position)

    @property
    def _field(self) -> Any:  # type: ignore[override]  # noqa: ANN401  # the same
        return field_of(self._position)[1].described


def make_info_of(schema: strawberry.Schema) -> MakeInfo:
    """How `info` is made for resolvers: as the class that the schema's configuration names, where it names one."""
    chosen = schema.config.info_class
    if chosen is strawberry.Info:
        return CompiledInfo
    return lambda run, position: chosen(_raw_info=resolve_info(run, position), _field=field_of(position)[1].described)


def dismiss(values: Sequence[Any]) -> None:
    """End what nobody will await."""
    for value in values:
        if iscoroutine(value):
            value.close()


HELPERS: Final = GraphQLResolveInfoHelpers(gather=lambda values: gather_with_cancel(*values), track=dismiss)
