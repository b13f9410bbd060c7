"""The embedded services as tests watch them: what reached them is written down, and they fail where told to."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from gateway.model.tenant import Tenant
from gateway.services import alexa, one_click
from gateway.services.context import ServiceContext
from gateway.services.embedded import EmbeddedService, Params
from gateway.wire.errors import ServiceError
from gateway.wire.service import ServiceModel, load

Found = TypeVar("Found")
Reached = tuple[str, str, int]
"""Region, operation, and of how many things; over HTTP each request is of one."""


@dataclass
class WatchedService:
    """One service of whichever store is set.

    `failing`: (region, operation) pairs; operation None stands for all. `largest_page`: over the wire it gives no more
    items at once, whatever is asked for, as services may. `held`: what reads of many, and calls over the wire, found
    is held back; the first event tells that something is, the second lets it go.
    """

    model: ServiceModel
    operations: Mapping[str, Callable[..., object]]
    plural: Mapping[str, Callable[..., object]]
    beyond: Mapping[str, Callable[..., object]]
    service: EmbeddedService = field(init=False)
    reached: list[Reached] = field(default_factory=list)
    failing: dict[tuple[str, str | None], ServiceError] = field(default_factory=dict)
    largest_page: int | None = None
    held: tuple[asyncio.Event, asyncio.Event] | None = None

    def use(self, context: ServiceContext) -> None:
        self.service = EmbeddedService(self.model, self.operations, self.plural, self.beyond, context)
        self.reached.clear()
        self.failing.clear()
        self.largest_page = None

    async def call(self, tenant: Tenant, operation: str, params: Params) -> Params:
        if failure := self._reach(tenant, operation, 1):
            raise failure
        if self.largest_page is not None and "MaxResults" in params:
            params = {**params, "MaxResults": min(params["MaxResults"], self.largest_page)}
        return await self._hold(await self.service.call(tenant, operation, params))

    async def call_beyond(self, tenant: Tenant, operation: str, params: Params) -> Params:
        if failure := self._reach(tenant, operation, 1):
            raise failure
        return await self.service.call_beyond(tenant, operation, params)

    async def call_many(
        self, tenant: Tenant, operation: str, params: Sequence[Params]
    ) -> Sequence[Params | ServiceError]:
        if failure := self._reach(tenant, operation, len(params)):
            return [failure] * len(params)
        return await self._hold(await self.service.call_many(tenant, operation, params))

    async def _hold(self, found: Found) -> Found:
        if self.held is not None:
            answered, go_on = self.held
            answered.set()
            await go_on.wait()
        return found

    def _reach(self, tenant: Tenant, operation: str, count: int) -> ServiceError | None:
        self.reached.append((tenant.region, operation, count))
        return self.failing.get((tenant.region, operation)) or self.failing.get((tenant.region, None))


@dataclass(frozen=True)
class Watched:
    one_click: WatchedService
    alexa: WatchedService

    def use(self, context: ServiceContext) -> None:
        self.one_click.use(context)
        self.alexa.use(context)


def watched_services() -> Watched:
    return Watched(
        WatchedService(load("iot1click-devices"), one_click.OPERATIONS, one_click.PLURAL, one_click.BEYOND),
        WatchedService(load("alexaforbusiness"), alexa.OPERATIONS, alexa.PLURAL, alexa.BEYOND),
    )
