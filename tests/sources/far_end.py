"""A service at the far end of the network whose every step a test takes: when a call is served, when it is answered."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.model.errors import GatewayError
from gateway.sources.probe import Probe
from gateway.sources.upstream import Params

READS = frozenset({"DescribeDevice", "ListDevices", "ListDeviceEvents"})


@dataclass(slots=True, eq=False)
class Call:
    operation: str
    params: Params
    answer: asyncio.Future[Params]
    served: Params | None = None

    @property
    def waiting(self) -> bool:
        return not self.answer.done()


@dataclass(slots=True)
class FarEnd:
    """An Upstream. A read tells the version that its service has when it is served; a write makes the next one.

    `calls` are all that ever came, in order; one that was given up is answered by nobody.
    """

    version: int = 0
    calls: list[Call] = field(default_factory=list)

    @property
    def beyond(self) -> frozenset[str]:
        return frozenset()

    async def check(self) -> Probe:
        raise NotImplementedError

    async def call(self, operation: str, params: Params) -> Params:
        call = Call(operation, params, asyncio.get_running_loop().create_future())
        self.calls.append(call)
        return await call.answer

    async def call_many(self, operation: str, params: Sequence[Params]) -> Sequence[Params | GatewayError]:
        raise NotImplementedError

    @property
    def waiting(self) -> list[Call]:
        return [call for call in self.calls if call.waiting]

    def serve(self, call: Call) -> None:
        """Let the service do what the call asks for; its answer is on its way."""
        if call.served is None:
            self.version += call.operation not in READS
            call.served = {"Version": self.version}

    def answer(self, call: Call) -> None:
        self.serve(call)
        assert call.served is not None
        call.answer.set_result(call.served)

    def fail(self, call: Call, failure: GatewayError) -> None:
        call.answer.set_exception(failure)


async def settle() -> None:
    """Let everything that can go on go on."""
    for _ in range(8):
        await asyncio.sleep(0)
