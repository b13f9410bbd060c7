from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from gateway.model.tenant import Tenant
from gateway.services.context import ServiceContext
from gateway.wire.errors import ServiceError, unknown_operation
from gateway.wire.input_check import check_input
from gateway.wire.service import ServiceModel

Params: TypeAlias = Mapping[str, Any]
Handler: TypeAlias = Callable[[ServiceContext, Tenant, Params], Awaitable[Params]]
PluralHandler: TypeAlias = Callable[
    [ServiceContext, Tenant, Sequence[Params]], Awaitable[Sequence[Params | ServiceError]]
]


class EmbeddedService(Struct, frozen=True):
    """One service: its model, what it answers on the wire, and what only the gateway may ask (`beyond` the wire).

    `plural` holds the operations that answer many requests of one tenant by one statement.
    """

    model: ServiceModel
    operations: Mapping[str, Handler]
    plural: Mapping[str, PluralHandler]
    beyond: Mapping[str, Handler]
    context: ServiceContext

    async def call(self, tenant: Tenant, operation: str, params: Params) -> Params:
        """Carry out one operation of the wire; raise ServiceError where the service refuses."""
        handler = self.operations.get(operation)
        if handler is None:
            raise unknown_operation()
        check_input(self.model.operations[operation], params)
        return await handler(self.context, tenant, params)

    async def call_beyond(self, tenant: Tenant, operation: str, params: Params) -> Params:
        """Carry out an operation that the wire does not know."""
        return await self.beyond[operation](self.context, tenant, params)

    async def call_many(
        self, tenant: Tenant, operation: str, params: Sequence[Params]
    ) -> Sequence[Params | ServiceError]:
        """Carry out many of the same, in one statement where the service can; an answer or a refusal for each."""
        plural = self.plural.get(operation)
        if plural is not None:
            return await plural(self.context, tenant, params)
        return [await self._call_or_refusal(tenant, operation, one) for one in params]

    async def _call_or_refusal(self, tenant: Tenant, operation: str, params: Params) -> Params | ServiceError:
        try:
            return await self.call(tenant, operation, params)
        except ServiceError as refusal:
            return refusal
