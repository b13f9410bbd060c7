from collections.abc import Hashable, Sequence
from functools import partial
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from gateway.cache.batches import Batches
from gateway.model.errors import GatewayError
from gateway.model.filter import DeviceFilter
from gateway.model.query import ListQuery
from gateway.sources.probe import Probe
from gateway.sources.upstream import Params, Upstream

Asked: TypeAlias = tuple[str, Params]
"""An operation beyond the wire, and its parameters, which can be hashed."""


class BatchedUpstream(Struct, frozen=True):
    """An embedded service of which equal things are asked in the same turn of the event loop: they are one call.

    That is so for what it can do beyond the wire, one at a time: lists and counts; and for pages of the devices in
    several rooms, where they are equal but for the room. Whoever may see a source sees all of it, so that what it
    answers depends on no caller. `call_many` is told of many already.
    """

    upstream: Upstream
    reads: Batches[Asked, Params]

    @property
    def beyond(self) -> frozenset[str]:
        return self.upstream.beyond

    async def check(self) -> Probe:
        return await self.upstream.check()

    async def call(self, operation: str, params: Params) -> Params:
        if operation not in self.upstream.beyond:
            return await self.upstream.call(operation, params)
        answer = self.reads.load((operation, params))
        try:
            return await answer
        finally:
            if answer.cancelled():
                self.reads.sweep()

    async def call_many(self, operation: str, params: Sequence[Params]) -> Sequence[Params | GatewayError]:
        return await self.upstream.call_many(operation, params)


def batched(upstream: Upstream) -> BatchedUpstream:
    return BatchedUpstream(upstream, Batches(partial(_read, upstream), _what, _part))


async def _read(upstream: Upstream, asked: Sequence[Asked]) -> Sequence[Params | GatewayError]:
    """What is asked is of one part."""
    (operation, params), *others = asked
    if others:
        return await upstream.call_many(operation, [of_room for _, of_room in asked])
    return [await upstream.call(operation, params)]


def _what(asked: Asked) -> Hashable:
    operation, params = asked
    return operation, *params.values()


def _part(asked: Asked) -> Hashable:
    """Equal pages of the devices in several rooms are one call; everything else is one for itself."""
    operation, params = asked
    query = params.get("Query")
    if not isinstance(query, ListQuery):
        return _what(asked)
    wanted = query.filter
    if not isinstance(wanted, DeviceFilter) or wanted.room_arn is None:
        return _what(asked)
    of_any_room = replace(query, filter=replace(wanted, room_arn=None, room_names=None))
    return operation, of_any_room, params["Source"]
