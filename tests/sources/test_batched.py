import asyncio
from collections.abc import Sequence

import pytest

from gateway.model.errors import GatewayError, UpstreamUnavailable
from gateway.sources.batched import batched
from gateway.sources.probe import Probe
from gateway.sources.upstream import Params


class Far:
    """Answers when it is told to, or fails; it writes down what it is asked, and whether it was stopped."""

    beyond = frozenset({"QueryThings"})

    def __init__(self) -> None:
        self.asked: list[tuple[str, Params]] = []
        self.stopped: list[str] = []
        self.open = asyncio.Event()
        self.failure: GatewayError | None = None

    async def check(self) -> Probe:
        raise NotImplementedError

    async def call(self, operation: str, params: Params) -> Params:
        self.asked.append((operation, params))
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.stopped.append(operation)
            raise
        if self.failure:
            raise self.failure
        return {"Things": params}

    async def call_many(self, operation: str, params: Sequence[Params]) -> Sequence[Params | GatewayError]:
        raise NotImplementedError


async def turns(number: int = 4) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


async def test_equal_lists_are_one_call_and_different_ones_do_not_wait_for_each_other() -> None:
    """Each has its own answer."""
    far = Far()
    upstream = batched(far)
    asked = [{"Query": "a"}, {"Query": "b"}, {"Query": "a"}]
    tasks = [asyncio.create_task(upstream.call("QueryThings", params)) for params in asked]
    await turns()
    assert far.asked == [("QueryThings", {"Query": "a"}), ("QueryThings", {"Query": "b"})]

    far.open.set()
    assert await asyncio.gather(*tasks) == [{"Things": params} for params in asked]


async def test_what_goes_over_the_wire_is_asked_each_time() -> None:
    """It may be a write."""
    far = Far()
    far.open.set()
    upstream = batched(far)
    await asyncio.gather(*(upstream.call("TagThing", {"Thing": "a"}) for _ in range(2)))

    assert far.asked == [("TagThing", {"Thing": "a"})] * 2


async def test_a_failure_is_told_to_all() -> None:
    """As what it is."""
    far = Far()
    far.failure = UpstreamUnavailable("down", "things")
    far.open.set()
    upstream = batched(far)
    told = await asyncio.gather(
        *(upstream.call("QueryThings", {"Query": "a"}) for _ in range(2)), return_exceptions=True
    )

    assert told == [far.failure] * 2
    assert len(far.asked) == 1


async def test_the_last_who_leaves_ends_the_call() -> None:
    """Until then it goes on for the others."""
    far = Far()
    upstream = batched(far)
    first, second = (asyncio.create_task(upstream.call("QueryThings", {"Query": "a"})) for _ in range(2))
    await turns()
    first.cancel()
    await turns()
    assert far.stopped == []

    second.cancel()
    await turns()
    assert far.stopped == ["QueryThings"]
    for task in (first, second):
        with pytest.raises(asyncio.CancelledError):
            await task
