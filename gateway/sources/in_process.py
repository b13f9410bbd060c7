from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from msgspec import Struct

from gateway.model.errors import GatewayError
from gateway.model.tenant import Tenant
from gateway.sources.faults import fault_of
from gateway.sources.probe import Probe
from gateway.sources.upstream import Params
from gateway.wire.errors import ServiceError

Call: TypeAlias = Callable[[Tenant, str, Params], Awaitable[Params]]
CallMany: TypeAlias = Callable[[Tenant, str, Sequence[Params]], Awaitable[Sequence[Params | ServiceError]]]


class InProcessUpstream(Struct, frozen=True):
    """Straight into an embedded service, as one tenant: no HTTP, no JSON, no signature.

    `on_wire`, `beyond_wire` and `many` are the service's own calls; `beyond` names what the second one carries out.
    """

    source: str
    tenant: Tenant
    on_wire: Call
    beyond_wire: Call
    many: CallMany
    beyond: frozenset[str]

    async def call(self, operation: str, params: Params) -> Params:
        carry_out = self.beyond_wire if operation in self.beyond else self.on_wire
        try:
            return await carry_out(self.tenant, operation, params)
        except ServiceError as refusal:
            raise self._error(refusal) from refusal

    async def call_many(self, operation: str, params: Sequence[Params]) -> Sequence[Params | GatewayError]:
        answers = await self.many(self.tenant, operation, params)
        return [self._error(answer) if isinstance(answer, ServiceError) else answer for answer in answers]

    async def check(self) -> Probe:
        return Probe(available=True, reachable=True, accepted=True, skew_seconds=0.0, detail="embedded")

    def _error(self, refusal: ServiceError) -> GatewayError:
        return fault_of(refusal.code, refusal.message).error(self.source, refusal.message)
