from collections.abc import Hashable, Sequence
from functools import partial
from typing import TypeAlias

from msgspec import Struct

from gateway.cache.batches import Batches
from gateway.model.errors import GatewayError
from gateway.sources.probe import Probe
from gateway.sources.upstream import Params, Upstream

Asked: TypeAlias = tuple[str, Params]
"""An operation beyond the wire, and its parameters, which can be hashed."""


class BatchedUpstream(Struct, frozen=True):
    """An embedded service of which equal things are asked in the same turn of the event loop: they are one call.

    That is so for what it can do beyond the wire, one at a time: lists and counts. Whoever may see a source sees all
    of it, so that what it answers depends on no caller. `call_many` is told of many already.
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
    return BatchedUpstream(upstream, Batches(partial(_read, upstream), _what, _what))


async def _read(upstream: Upstream, asked: Sequence[Asked]) -> Sequence[Params]:
    """What is asked is all the same."""
    [(operation, params)] = asked
    return [await upstream.call(operation, params)]


def _what(asked: Asked) -> Hashable:
    operation, params = asked
    return operation, *params.values()
