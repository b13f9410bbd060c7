"""What a value becomes in the answer, by the field's type (GraphQL, "Value Completion")."""

from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias, cast

from graphql import (
    GraphQLAbstractType,
    GraphQLError,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    Undefined,
    default_type_resolver,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.executor import Executor, invalid_return_type_error
from graphql.pyutils import is_iterable
from graphql.pyutils.is_awaitable import is_async_iterable
from strawberry.execution import optimized_is_awaitable

from gateway.execution.compiled.info import dismiss, resolve_info
from gateway.execution.compiled.leaf import serialise
from gateway.execution.compiled.position import Field, Position
from gateway.execution.compiled.run import PENDING, Complete, Run, Select

MOST_CLASSES: Final = 10_000
MOST_SETTLED: Final = 100

On: TypeAlias = Callable[[GraphQLObjectType, Field], Select]
"""How the selections of a field on an object type become what completes it."""

DecidedBy: TypeAlias = Callable[[Any], object]
Unusual: TypeAlias = Callable[[Run, Any, Position, Complete], Any]
Settled: TypeAlias = dict[object, Select]
"""What completes objects of a type that was found before, by what decides that."""

Drained: TypeAlias = tuple[list[Any], Exception | None]
"""The items of anything that can be iterated, until that failed, if it did."""


class Completion:
    """Makes what completes values. `ordinary`: classes of values, neither awaitable nor failures, as they are met.

    Each `complete` has a value of such a class, or leaves it to `unusual`.
    """

    def __init__(self, schema: GraphQLSchema, on: On, ordinary: set[type]) -> None:
        self._schema = schema
        self._on = on
        self._ordinary = ordinary

    def of(self, field: Field) -> Complete:
        return self._of(field, field.type)

    def _of(self, field: Field, kind: GraphQLOutputType) -> Complete:
        inner = get_nullable_type(kind)
        unusual = _unusual(self._ordinary, field, non_null=is_non_null_type(kind))
        if is_leaf_type(inner):
            return self._leaf(serialise(inner), unusual)
        if is_list_type(inner):
            return self._list(field, self._of(field, inner.of_type), unusual)
        if is_object_type(inner):
            return self._composite(field, (inner,), None, unusual)
        abstract = cast("GraphQLAbstractType", inner)
        return self._composite(field, self._schema.get_possible_types(abstract), abstract, unusual)

    def _leaf(self, serialised: Callable[[Any], Any], unusual: Unusual) -> Complete:
        ordinary = self._ordinary

        def complete(run: Run, value: Any, at: Position) -> Any:  # noqa: ANN401  # of the model, and of the answer
            return serialised(value) if type(value) in ordinary else unusual(run, value, at, complete)

        return complete

    def _list(self, field: Field, item: Complete, unusual: Unusual) -> Complete:
        ordinary = self._ordinary

        def complete(run: Run, values: Any, at: Position) -> Any:  # noqa: ANN401  # as above
            kind = type(values)
            if kind is list or kind is tuple:
                return _items(run, item, values, at)
            if kind not in ordinary:
                return unusual(run, values, at, complete)
            if is_async_iterable(values):
                return run.start(_drained_async(values), rest, at)
            if not is_iterable(values):
                raise GraphQLError(f"Expected Iterable, but did not find one for field '{field}'.")
            return rest(run, _drained(values), at)

        def rest(run: Run, drained: Drained, at: Position) -> list[Any]:
            values, failure = drained
            completed = _items(run, item, values, at)
            if failure is not None:
                raise failure
            return completed

        return complete

    def _composite(
        self, field: Field, kinds: Sequence[GraphQLObjectType], abstract: GraphQLAbstractType | None, unusual: Unusual
    ) -> Complete:
        resolve_type = None if abstract is None else abstract.resolve_type or default_type_resolver
        decided_by = _decided_by(resolve_type, *(one.is_type_of for one in kinds))
        ordinary, key, settled = self._ordinary, decided_by or type, Settled()
        judging = {one.name: self._judging(field, one, decided_by, settled) for one in kinds}
        decide = judging[kinds[0].name] if abstract is None else _deciding(field, abstract, judging)

        def complete(run: Run, value: Any, at: Position) -> Any:  # noqa: ANN401  # as above
            if type(value) not in ordinary:
                return unusual(run, value, at, complete)
            select = settled.get(key(value))
            return decide(run, value, at) if select is None else select(run, value, at)

        return complete

    def _judging(
        self, field: Field, kind: GraphQLObjectType, decided_by: DecidedBy | None, settled: Settled
    ) -> Complete:
        """Complete what should be of a type, if its `is_type_of` agrees."""
        select, is_type_of = self._on(kind, field), kind.is_type_of

        def judge(run: Run, value: Any, at: Position) -> Any:  # noqa: ANN401  # as above
            verdict = is_type_of is None or is_type_of(value, resolve_info(run, at))
            return _then(run, verdict, lambda run, verdict, at: judged(run, value, at, verdict), at)

        def judged(run: Run, value: Any, at: Position, verdict: Any) -> Any:  # noqa: ANN401  # as above
            if not verdict:
                raise invalid_return_type_error(kind, value, field.details)
            if decided_by is not None and len(settled) < MOST_SETTLED:
                settled[decided_by(value)] = select
            return select(run, value, at)

        return judge


def _deciding(field: Field, kind: GraphQLAbstractType, judging: Mapping[str, Complete]) -> Complete:
    """Complete what is of one of some types, as `resolve_type` tells."""
    resolve_type = kind.resolve_type or default_type_resolver

    def decide(run: Run, value: Any, at: Position) -> Any:  # noqa: ANN401  # as above
        name = resolve_type(value, resolve_info(run, at), kind)
        return _then(run, name, lambda run, name, at: named(run, value, at, name), at)

    def named(run: Run, value: Any, at: Position, name: Any) -> Any:  # noqa: ANN401  # as above
        if type(name) is not str or name not in judging:
            # graphql-core's own words for what is wrong with it; of the executor it needs the schema only.
            words, info = cast("Executor[Any]", run.request), resolve_info(run, at)
            name = Executor.ensure_valid_runtime_type(words, name, kind, field.details, info, value).name
        return judging[name](run, value, at)

    return decide


def _then(run: Run, told: Any, complete: Complete, at: Position) -> Any:  # noqa: ANN401  # as above
    return run.start(told, complete, at) if optimized_is_awaitable(told) else complete(run, told, at)


def _decided_by(*functions: object) -> DecidedBy | None:
    """What of a value decides what all of `resolve_type` and `is_type_of` say, if they tell that by an attribute."""
    keys = {getattr(function, "decided_by", None) for function in functions if function is not None}
    return keys.pop() if len(keys) == 1 else None if keys else type


def _unusual(ordinary: set[type], field: Field, *, non_null: bool) -> Unusual:
    """Deal with nothing, failures and what has to be awaited first; let `complete` have what is ordinary after all."""

    def unusual(run: Run, value: Any, at: Position, complete: Complete) -> Any:  # noqa: ANN401  # as above
        if value is None or value is Undefined:
            if non_null:
                raise TypeError(f"Cannot return null for non-nullable field {field}.")
            return None
        if isinstance(value, Exception):
            raise value
        if optimized_is_awaitable(value):
            return run.start(value, complete, at)
        if len(ordinary) >= MOST_CLASSES:
            ordinary.clear()
        ordinary.add(type(value))
        return complete(run, value, at)

    return unusual


def _items(run: Run, item: Complete, values: Sequence[Any], at: Position) -> list[Any]:
    completed: list[Any] = [PENDING] * len(values)
    for index, value in enumerate(values):
        try:
            completed[index] = item(run, value, (at, index, completed))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is an error of that item
            try:
                completed[index] = run.failed((at, index, completed), error)
            except GraphQLError:
                dismiss(values[index + 1 :])
                raise
    return completed


def _drained(values: Iterable[Any]) -> Drained:
    found: list[Any] = []
    try:
        found.extend(values)
    except Exception as error:  # noqa: BLE001  # raised again, once the items that came before are completed
        return found, error
    return found, None


async def _drained_async(values: AsyncIterable[Any]) -> Drained:
    found: list[Any] = []
    try:
        async for value in values:
            found.append(value)  # noqa: PERF401  # a comprehension would lose what came before a failure
    except Exception as error:  # noqa: BLE001  # as above
        return found, error
    return found, None
