import asyncio
from asyncio import CancelledError, Future
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import CoroutineType
from typing import Any, Final, TypeAlias

from graphql import (
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    located_error,
)
from graphql.execution.values import VariableValues

from gateway.execution.compiled.fiber import Fiber, enter_task, leave_task
from gateway.execution.compiled.field import Field
from gateway.execution.compiled.position import Position, field_of, keys_of, may_be_null

Complete: TypeAlias = Callable[["Run", Any, Position], Any]
"""What the value at a position becomes in the answer; PENDING where it has to be awaited first."""

Select: TypeAlias = Callable[["Run", Any, Position | None], dict[str, Any]]
"""The same of an object, which may be the root."""

PENDING: Final = object()
"""Stands in the answer until what is awaited came, or what it is in is null."""

CANCELLED: Final = "what was awaited was cancelled"


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """All that one execution is given."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    variables: VariableValues
    root_value: object
    context: object
    extensions: Mapping[str, Any]
    hide_suggestions: bool


class Run:
    """One execution: the answer as it grows, its errors, and the resolvers under way."""

    __slots__ = ("_fiber", "_fibers", "_loop", "_swept", "_waiter", "arguments", "data", "errors", "request")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.arguments: dict[Field, dict[str, Any]] = {}
        self.data: dict[str, Any] | None = {}
        self.errors: list[GraphQLError] = []
        self._loop = asyncio.get_running_loop()
        self._fiber = Fiber(self._loop, self._ended)
        self._fibers: set[Fiber] = set()
        self._waiter: Future[None] | None = None
        self._swept = True

    async def step(self, select: Select) -> bool:
        """Add the fields of `select` to the answer, and await them; tell whether there is an answer still."""
        try:
            self._select(select)
            await self._settled()
        except BaseException:
            self._end()
            await self._settled()
            raise
        return self.data is not None

    def start(self, awaitable: Awaitable[Any], complete: Complete, position: Position) -> Any:  # noqa: ANN401  # of the answer
        """Begin to await; the completed value where it is there at once, else PENDING."""
        coroutine = awaitable if type(awaitable) is CoroutineType else _awaited(awaitable)
        fiber = self._fiber
        try:
            value = fiber.begin(coroutine)
        except CancelledError as error:
            raise RuntimeError(CANCELLED) from error
        if value is not fiber:
            return complete(self, value, position)
        fiber.work = complete, position
        self._fibers.add(fiber)
        leave_task(self._loop, fiber)
        self._fiber = Fiber(self._loop, self._ended)
        enter_task(self._loop, self._fiber)
        return PENDING

    def failed(self, position: Position, error: Exception) -> Any:  # noqa: ANN401  # None, of the answer
        """Null, with its error told, for a position that may be null; raise the error, located, where it may not."""
        _, field, _ = field_of(position)
        located = located_error(error, field.nodes, keys_of(position))
        if not may_be_null(position):
            raise located
        self.errors.append(located)
        self._sweep_soon()
        return None

    def _select(self, select: Select) -> None:
        around = asyncio.current_task(self._loop)
        leave_task(self._loop, around)
        enter_task(self._loop, self._fiber)
        try:
            found = select(self, self.request.root_value, None)
        except GraphQLError as error:
            self.errors.append(error)
            self._end()
        else:
            self.data = {**(self.data or {}), **found}
        finally:
            leave_task(self._loop, self._fiber)
            enter_task(self._loop, around)

    def _ended(self, fiber: Fiber) -> None:
        """Put what was awaited in its place, unless that is null by now."""
        self._fibers.discard(fiber)
        complete, position = fiber.work
        container = self._container(position)
        if container is not None:
            enter_task(self._loop, self._fiber)
            try:
                container[_key(position)] = complete(self, fiber.result(), position)
            except Exception as error:  # noqa: BLE001  # whatever it is, it is an error of that field
                self._fail(position, error)
            except CancelledError:
                self._fail(position, RuntimeError(CANCELLED))
            finally:
                leave_task(self._loop, self._fiber)
        if not self._fibers and self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, position: Position, error: Exception) -> None:
        """Null the nearest that may be null, after all around it was answered."""
        _, field, _ = field_of(position)
        located = located_error(error, field.nodes, keys_of(position))
        nulled: Position | None = position
        while nulled is not None and not may_be_null(nulled):
            nulled = nulled[0]
        if nulled is None:
            self.errors.append(located)
            self._end()
            return
        container = self._container(nulled)
        if container is not None and container[_key(nulled)] is not None:
            container[_key(nulled)] = None
            self.errors.append(located)
            self._sweep_soon()

    def _container(self, position: Position) -> Any:  # noqa: ANN401  # an object or a list of the answer
        """What the position is in; None where that is null by now."""
        found: Any = self.data
        for key in keys_of(position)[:-1]:
            if found is None:
                return None
            found = found[key]
        return found

    async def _settled(self) -> None:
        """Wait until nothing is awaited any more."""
        while self._fibers:
            self._waiter = self._loop.create_future()
            await self._waiter

    def _end(self) -> None:
        """There is no answer: stop all that is under way."""
        self.data = None
        for fiber in self._fibers:
            fiber.cancel()

    def _sweep_soon(self) -> None:
        """Something is null: what is awaited below it may stop, once what is being answered now stands in its place."""
        if self._fibers and self._swept:
            self._swept = False
            self._loop.call_soon(self._sweep)

    def _sweep(self) -> None:
        """Cancel what is awaited for nothing; not what others await too, such as a loader's batch."""
        self._swept = True
        lost = {fiber for fiber in self._fibers if self._container(fiber.work[1]) is None}
        shared = {fiber.awaited for fiber in self._fibers - lost}
        for fiber in lost:
            if fiber.awaited not in shared:
                fiber.cancel()


def _key(position: Position) -> Any:  # noqa: ANN401  # a key of an object or an index of a list
    step = position[1]
    return step if isinstance(step, int) else step.key


async def _awaited(awaitable: Awaitable[Any]) -> Any:  # noqa: ANN401  # whatever it was
    return await awaitable
