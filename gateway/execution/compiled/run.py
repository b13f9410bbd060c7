import asyncio
from asyncio import CancelledError, Future, isfuture
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from types import CoroutineType
from typing import Any, Final, TypeAlias

from graphql import FragmentDefinitionNode, GraphQLError, GraphQLSchema, OperationDefinitionNode
from graphql.execution.values import VariableValues
from msgspec import Struct

from gateway.execution.compiled.fiber import Fiber, enter_task, leave_task
from gateway.execution.compiled.position import Field, Position, key_of, located, may_be_null

Complete: TypeAlias = Callable[["Run", Any, Position], Any]
"""What the value at a position becomes in the answer; PENDING where it has to be awaited first."""

Select: TypeAlias = Callable[["Run", Any, Position | None], dict[str, Any]]
"""The same of an object, which may be the root."""

PENDING: Final = object()
"""Stands in the answer until what is awaited came, or what it is in is null."""

CANCELLED: Final = "what was awaited was cancelled"


class Request(Struct, frozen=True, eq=False):
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
    """One execution: the answer as it grows, its errors, and what is awaited for it."""

    __slots__ = ("_fiber", "_is_swept", "_loop", "_nulled", "_waiter", "_waits", "arguments", "data", "errors",
                 "request")  # fmt: skip

    def __init__(self, request: Request) -> None:
        self.request = request
        self.arguments: dict[Field, dict[str, Any]] = {}
        self.data: dict[str, Any] | None = {}
        self.errors: list[GraphQLError] = []
        self._loop = asyncio.get_running_loop()
        self._fiber = Fiber(self._loop)
        self._nulled = False
        self._waits: defaultdict[Future[Any] | Fiber, list[tuple[Complete, Position]]] = defaultdict(list)
        self._waiter: Future[None] | None = None
        self._is_swept = True

    async def step(self, select: Select) -> bool:
        """Add the fields of `select` to the answer, and await them; tell whether there is an answer still."""
        try:
            selected = self._select(select)
            await self._settled()
        except BaseException:
            self._end()
            await self._settled()
            raise
        if self.data is None or selected is None:
            return False
        self.data |= selected
        return True

    def start(self, awaitable: Awaitable[Any], complete: Complete, position: Position) -> Any:  # noqa: ANN401  # of the answer
        """Begin to await; the completed value where it is there at once, else PENDING."""
        try:
            if isfuture(awaitable):
                if not awaitable.done():
                    if awaitable not in self._waits:
                        awaitable.add_done_callback(self._ended)
                    self._waits[awaitable].append((complete, position))
                    return PENDING
                value = awaitable.result()
            else:
                fiber = self._fiber
                value = fiber.begin(awaitable if type(awaitable) is CoroutineType else _awaited(awaitable), self._ended)
                if value is fiber:
                    self._waits[fiber].append((complete, position))
                    leave_task(self._loop, fiber)
                    self._fiber = Fiber(self._loop)
                    enter_task(self._loop, self._fiber)
                    return PENDING
        except CancelledError as error:
            raise RuntimeError(CANCELLED) from error
        return complete(self, value, position)

    def failed(self, position: Position, error: Exception) -> Any:  # noqa: ANN401  # None, of the answer
        """Null, with its error told, for a position that may be null; raise the error, located, where it may not."""
        told = located(error, position)
        if not may_be_null(position):
            raise told
        self._null(told)
        return None

    def _select(self, select: Select) -> dict[str, Any] | None:
        around = asyncio.current_task(self._loop)
        leave_task(self._loop, around)
        enter_task(self._loop, self._fiber)
        try:
            return select(self, self.request.root_value, None)
        except GraphQLError as error:
            self.errors.append(error)
            self._end()
            return None
        finally:
            leave_task(self._loop, self._fiber)
            enter_task(self._loop, around)

    def _ended(self, awaited: Future[Any] | Fiber) -> None:
        """Put what was awaited in its places, unless those are null by now."""
        enter_task(self._loop, self._fiber)
        try:
            for complete, position in self._waits.pop(awaited):
                self._put(awaited, complete, position)
        except BaseException as error:  # noqa: BLE001  # of no field's: nobody else would hear of it
            self._wake(error)
        finally:
            leave_task(self._loop, self._fiber)
        if not self._waits:
            self._wake(None)

    def _wake(self, error: BaseException | None) -> None:
        """Let `_settled` go on, or fail."""
        if self._waiter is None or self._waiter.done():
            return
        if error is None:
            self._waiter.set_result(None)
        else:
            self._waiter.set_exception(error)

    def _put(self, awaited: Future[Any] | Fiber, complete: Complete, position: Position) -> None:
        try:
            value = awaited.result()
            if self._holds(position):
                position[2][key_of(position)] = complete(self, value, position)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is an error of that field
            self._fail(position, error)
        except CancelledError:
            self._fail(position, RuntimeError(CANCELLED))

    def _fail(self, position: Position, error: Exception) -> None:
        """Null the nearest that may be null, after all around it was answered."""
        if not self._holds(position):
            return
        told = located(error, position)
        nulled: Position | None = position
        while nulled is not None and not may_be_null(nulled):
            nulled = nulled[0]
        if nulled is None:
            self.errors.append(told)
            self._end()
        else:
            nulled[2][key_of(nulled)] = None
            self._null(told)

    def _holds(self, position: Position) -> bool:
        """Whether the position is in the answer: nothing that it is in is null."""
        above, _, inside = position
        while self._nulled and above is not None:
            holder = above[2]
            if holder[key_of(above)] is not inside:
                return False
            above, inside = above[0], holder
        return self.data is not None

    async def _settled(self) -> None:
        """Wait until nothing is awaited any more."""
        while self._waits:
            self._waiter = self._loop.create_future()
            await self._waiter

    def _end(self) -> None:
        """There is no answer: stop all that is under way."""
        self.data = None
        for awaited in tuple(self._waits):
            awaited.cancel()

    def _null(self, error: GraphQLError) -> None:
        """Something is null: what is awaited below it may stop, once what is being answered now stands in its place."""
        self.errors.append(error)
        self._nulled = True
        if self._waits and self._is_swept:
            self._is_swept = False
            self._loop.call_soon(self._sweep)

    def _sweep(self) -> None:
        """Cancel what is awaited for nothing; not what others await too, such as a loader's batch."""
        self._is_swept = True
        lost = [one for one, waits in self._waits.items() if not any(self._holds(position) for _, position in waits)]
        needed = {_future(one) for one in self._waits.keys() - set(lost)}
        for one in lost:
            if _future(one) not in needed:
                one.cancel()


def _future(awaited: Future[Any] | Fiber) -> Future[Any] | None:
    return awaited.awaited if isinstance(awaited, Fiber) else awaited


async def _awaited(awaitable: Awaitable[Any]) -> Any:  # noqa: ANN401  # whatever it was
    return await awaitable
