"""What a resolver may ask about where it is; made only for those that take it, and found out only when asked."""

from collections.abc import Callable, Sequence
from functools import cached_property
from inspect import iscoroutine
from typing import Any, TypeAlias, cast

import strawberry
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
)
from graphql.pyutils import Path, gather_with_cancel
from graphql.type import GraphQLResolveInfoHelpers
from strawberry.execution import optimized_is_awaitable

from gateway.execution.compiled.field import Field
from gateway.execution.compiled.position import Position, field_of, path_of
from gateway.execution.compiled.run import Run

MakeInfo: TypeAlias = Callable[[Run, Position], strawberry.Info[Any, Any]]


class ResolveInfo:
    """graphql-core's GraphQLResolveInfo with Strawberry's additions, for the field that a position is of or in."""

    __slots__ = ("_position", "_run")
    abort_signal = None
    is_awaitable = staticmethod(optimized_is_awaitable)

    def __init__(self, run: Run, position: Position) -> None:
        self._run = run
        self._position = position

    @property
    def _field(self) -> Field:
        return field_of(self._position)[1]

    @property
    def field_name(self) -> str:
        return self._field.name

    @property
    def field_nodes(self) -> list[FieldNode]:
        return self._field.nodes

    @property
    def return_type(self) -> GraphQLOutputType:
        return self._field.type

    @property
    def parent_type(self) -> GraphQLObjectType:
        return self._field.parent_type

    @property
    def path(self) -> Path | None:
        return path_of(field_of(self._position)[0])

    @property
    def schema(self) -> GraphQLSchema:
        return self._run.request.schema

    @property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        return self._run.request.fragments

    @property
    def root_value(self) -> object:
        return self._run.request.root_value

    @property
    def operation(self) -> OperationDefinitionNode:
        return self._run.request.operation

    @property
    def variable_values(self) -> dict[str, Any]:
        return self._run.request.variables.coerced

    @property
    def context(self) -> object:
        return self._run.request.context

    @property
    def operation_extensions(self) -> dict[str, Any]:
        return dict(self._run.request.extensions)

    @property
    def async_helpers(self) -> GraphQLResolveInfoHelpers:
        return GraphQLResolveInfoHelpers(gather=lambda values: gather_with_cancel(*values), track=dismiss)


resolve_info: Callable[[Run, Position], GraphQLResolveInfo[Any]] = cast("Any", ResolveInfo)


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
