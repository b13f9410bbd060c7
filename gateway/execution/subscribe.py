"""From the plan of a subscription to its stream: what happens is executed once for all who subscribed to the same."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from itertools import count
from typing import Any

from msgspec import Struct

from gateway.execution.body import compact, write_body
from gateway.execution.budget import Budget
from gateway.execution.channel import Channel, Memo, Payload
from gateway.execution.ending import StreamEnded, ending_of
from gateway.execution.graphql_core import core_schema
from gateway.execution.meter import Meter
from gateway.execution.plan import Plan
from gateway.execution.result import ErrorCode, RequestRefused, refused
from gateway.execution.run import Executor
from gateway.execution.sharing import told_by
from gateway.execution.source import ask
from gateway.execution.stream import Stream
from gateway.execution.viewers import StreamCounts, Viewer, Viewers
from gateway.live.change import Position, SourceChange, SourceKey
from gateway.live.feeds import Feeds
from gateway.live.hub import Hub
from gateway.live.watch import Watch
from gateway.model.caller import Caller
from gateway.model.errors import GatewayError
from gateway.schema.context import Context

NOTHING = "There is nothing here that can be followed."
MAX_MEMO_BYTES = 4 * 1024 * 1024


class Execution(Struct, frozen=True):
    """What payloads are executed with: each has a context of its own. `budget`: what callers may spend."""

    executor: Executor
    make_context: Callable[[Caller], AbstractContextManager[Context]]
    budget: Budget


class Live(Struct, frozen=True):
    """The log of changes, and what fills it."""

    hub: Hub
    feeds: Feeds


class Subscriptions:
    """Opens streams. `most_waiting`: bytes of payloads that may wait for a client that does not read them.

    `live` is None where there is no log to follow.
    """

    def __init__(
        self, execution: Execution, live: Live | None, viewers: Viewers, counts: StreamCounts, most_waiting: int
    ) -> None:
        self._execution = execution
        self._live = live
        self.viewers = viewers
        self._counts = counts
        self._most_waiting = most_waiting
        self._memo = Memo(MAX_MEMO_BYTES)
        self._numbers = count()
        self._channels: dict[object, Channel] = {}
        if live is not None:
            live.feeds.tell_lost_to(partial(self._lose, live.feeds))

    async def open(self, plan: Plan, viewer: Viewer, extensions: Mapping[str, Any], after: str | None = None) -> Stream:
        """Begin a stream; whoever opens it closes it. `after`: a cursor that goes before the field's own argument.

        Raise RequestRefused where it cannot begin: BAD_USER_INPUT, CURSOR_EXPIRED, LIMIT_EXCEEDED,
        COST_LIMIT_EXCEEDED, RateLimited, …
        """
        self._counts.add(viewer.payer)
        try:
            return await self._open(plan, viewer, extensions, after)
        except BaseException:
            self._counts.remove(viewer.payer)
            raise

    async def _open(self, plan: Plan, viewer: Viewer, extensions: Mapping[str, Any], after: str | None) -> Stream:
        await self._execution.budget.take(viewer.payer, [plan])
        with self._execution.make_context(viewer.caller) as context:
            asked = ask(self._execution.executor.schema, plan, context, extensions, after)
        if self._live is None:
            raise RequestRefused(refused(ErrorCode.BAD_USER_INPUT, NOTHING))
        await self._join(self._live.feeds, asked.watch)
        try:
            start = await self._start(self._live.hub, asked.after)
        except BaseException:
            self._live.feeds.leave(asked.watch)
            raise
        return self._stream(self._live, plan, viewer, extensions, asked.watch, start)

    def _stream(
        self, live: Live, plan: Plan, viewer: Viewer, extensions: Mapping[str, Any], watch: Watch, start: Position
    ) -> Stream:
        channel = self._channel(live.hub, plan, viewer.caller, extensions, watch)

        def left(stream: Stream) -> None:
            self._counts.remove(viewer.payer)
            self.viewers.remove(viewer, stream)
            live.feeds.leave(watch)

        standing, meter = self.viewers.standing_of(viewer), Meter(self._execution.budget, viewer.payer)
        stream = Stream(channel, standing, meter, self._most_waiting, start, left)
        standing.streams.add(stream)
        return stream

    async def _join(self, feeds: Feeds, watch: Watch) -> None:
        try:
            await feeds.join(watch)
        except GatewayError as error:
            raise _refusal(error) from error

    async def _start(self, hub: Hub, after: Position | None) -> Position:
        await hub.refresh()
        if after is None:
            return hub.end
        try:
            await hub.check(after)
        except GatewayError as error:
            raise _refusal(error) from error
        return after

    def _channel(self, hub: Hub, plan: Plan, caller: Caller, extensions: Mapping[str, Any], watch: Watch) -> Channel:
        """The channel of all whose payloads are the same; a new one where there is none."""
        told = told_by(core_schema(self._execution.executor.schema), plan), repr(extensions)
        key = (plan.document.hash, plan.name, told, watch.cursors.purpose, caller.scopes)
        if key not in self._channels:

            async def make(change: SourceChange) -> Payload | None:
                return await _executed(self._execution, plan, caller, extensions, watch, change)

            self._channels[key] = Channel(
                hub, watch, make, self._memo, next(self._numbers), lambda: self._channels.__delitem__(key)
            )
        return self._channels[key]

    def _lose(self, feeds: Feeds, lost: Mapping[SourceKey, GatewayError]) -> None:
        """End what follows any of it."""
        for channel in tuple(self._channels.values()):
            for key in lost.keys() & feeds.keys_of(channel.watch):
                channel.end(ending_of(lost[key]))


async def _executed(
    execution: Execution, plan: Plan, caller: Caller, extensions: Mapping[str, Any], watch: Watch, change: SourceChange
) -> Payload | None:
    """Execute a subscription for one change; None where its filter leaves that out. Raise what `ending_of` reads."""
    with execution.make_context(caller) as context:
        told = await watch.tell(change, context.loaders)
        if told is None:
            return None
        result = await execution.executor.run(plan, context, extensions, told)
    error = result.errors[0] if result.data is None else None
    if error is not None and error["extensions"]["code"] is ErrorCode.DEADLINE_EXCEEDED:
        raise StreamEnded(ErrorCode.DEADLINE_EXCEEDED, error["message"], None)  # so that it can be had again
    return Payload(compact(write_body(result)), told.cursor, plan.actual_cost(result.data))


def _refusal(error: GatewayError) -> RequestRefused:
    ending = ending_of(error)
    return RequestRefused(refused(ending.code, ending.message))
