import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import TypeAlias

from msgspec.structs import replace

from gateway.execution.assembly import Assembly
from gateway.execution.body import write_body
from gateway.execution.budget import Charge, RateLimited
from gateway.execution.channel import Payload
from gateway.execution.compiled.reason import Reason
from gateway.execution.cost_report import CostReport
from gateway.execution.parts import Part
from gateway.execution.plan import Plan
from gateway.execution.result import RequestRefused, Result
from gateway.execution.run import tell_uncompiled
from gateway.execution.run_in_parts import Confirm, run_in_parts
from gateway.execution.stream import Stream
from gateway.execution.subscribe import Subscriptions
from gateway.execution.viewers import Viewer
from gateway.http.caller import CallerInfo
from gateway.http.charged import payer, take, too_early
from gateway.http.counting import count_operation, count_refusal
from gateway.http.incremental import PartWriter
from gateway.http.operations import Operations
from gateway.http.refusal import HttpRefused
from gateway.http.request import GraphQLRequest
from gateway.http.runtime import Runtime

Payloads: TypeAlias = Stream | AsyncGenerator[Payload, None]


async def once(payload: Payload) -> AsyncGenerator[Payload, None]:
    yield payload


class Streaming:
    """Operations of any kind, as payloads that come one after the other: a subscription's, an answer's parts, or one.

    `subscriptions` is None where there are none, `incremental` false where answers do not come in parts.
    """

    def __init__(
        self, operations: Operations, runtime: Runtime, subscriptions: Subscriptions | None, *, incremental: bool
    ) -> None:
        self.metrics = runtime.metrics
        self._operations = operations
        self._runtime = runtime
        self._subscriptions = subscriptions
        self._incremental = incremental

    async def plan(
        self, request: GraphQLRequest, info: CallerInfo, *, subscriptions: bool = True, in_parts: bool = True
    ) -> Plan:
        """Tell what is to be run, where the transport carries `subscriptions`, and answers `in_parts`.

        Raise RequestRefused or HttpRefused.
        """
        subscriptions = subscriptions and self._subscriptions is not None
        in_parts = in_parts and self._incremental
        return await self._operations.plan(request, info, subscriptions=subscriptions, in_parts=in_parts)

    async def answer(self, plan: Plan, request: GraphQLRequest, info: CallerInfo) -> Result:
        """Run a query or a mutation, in one piece; raise as `begin` does."""
        return await self._operations.answer(plan, request, info)

    async def begin(self, plan: Plan, request: GraphQLRequest, info: CallerInfo, after: str | None = None) -> Payloads:
        """Run it; whoever begins it closes it. `after`: the cursor of the last payload that the client has.

        A subscription that cannot begin is refused here, whatever else when the first payload is asked for (and that
        is counted here), both by RequestRefused or HttpRefused; a payload may raise StreamEnded. Parts are told as the
        newer specification does.
        """
        if plan.is_subscription:
            return await self._open(plan, request, info, after)
        return self._parts_as_payloads(plan, request, info) if plan.may_defer else self._one(plan, request, info)

    async def parts(self, plan: Plan, request: GraphQLRequest, info: CallerInfo) -> AsyncGenerator[Part, None]:
        """Run a query or a mutation that may be answered in parts; raise as `payloads` does."""
        charge = await take(self._runtime.budget, info, (plan,), (request,))
        if charge.cost is None and not request.asks_for_cost:
            async with aclosing(self._run(plan, request, info)) as parts:
                async for part in parts:
                    yield part
            return
        async with aclosing(self._settled(plan, request, info, charge)) as parts:
            async for part in parts:
                yield part

    async def _open(self, plan: Plan, request: GraphQLRequest, info: CallerInfo, after: str | None) -> Stream:
        if self._subscriptions is None:
            raise TypeError("without subscriptions there is no plan of one")
        try:
            return await self._subscriptions.open(plan, _viewer(info), request.extensions, after)
        except RateLimited as limited:
            raise too_early(limited) from limited

    async def _one(self, plan: Plan, request: GraphQLRequest, info: CallerInfo) -> AsyncGenerator[Payload, None]:
        with self._counted():
            answer = await self._operations.answer(plan, request, info)
        yield Payload(write_body(answer), "", 0)

    async def _parts_as_payloads(
        self, plan: Plan, request: GraphQLRequest, info: CallerInfo
    ) -> AsyncGenerator[Payload, None]:
        writer = PartWriter()
        with self._counted():
            async with aclosing(self.parts(plan, request, info)) as parts:
                async for part in parts:
                    yield Payload(writer.write(part), "", 0)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """Count what is refused once its answer has begun, where no transport can tell it from any other ending."""
        try:
            yield
        except (RequestRefused, HttpRefused) as refusal:
            count_refusal(self.metrics, refusal.result)
            raise

    async def _run(self, plan: Plan, request: GraphQLRequest, info: CallerInfo) -> AsyncGenerator[Part, None]:
        runtime = self._runtime
        runtime.metrics.uncompiled(Reason.INCREMENTAL.value).inc()
        tell_uncompiled(plan.document, Reason.INCREMENTAL)
        with runtime.make_context(info) as context:
            began = time.perf_counter()
            confirm = self._confirm(info)
            async with aclosing(run_in_parts(runtime.schema, plan, context, request.extensions, confirm)) as parts:
                async for part in parts:
                    if plan.is_mutation and runtime.kept is not None:
                        runtime.kept.forget_all()
                    if part.result is not None:
                        count_operation(runtime.metrics, plan, part.result, time.perf_counter() - began)
                    yield part

    def _confirm(self, info: CallerInfo) -> Confirm:
        if self._subscriptions is None:
            return _nobody_looks
        return self._subscriptions.viewers.just_seen(_viewer(info)).confirm

    async def _settled(
        self, plan: Plan, request: GraphQLRequest, info: CallerInfo, charge: Charge
    ) -> AsyncGenerator[Part, None]:
        """Give back what was not used, even where the client leaves in between; the last part tells of it."""
        assembly, is_settled = Assembly(), False
        try:
            async with aclosing(self._run(plan, request, info)) as parts:
                async for part in parts:
                    assembly.add(part)
                    if part.has_next:
                        yield part
                        continue
                    is_settled = True
                    actual = plan.actual_cost(assembly.data)
                    report = await self._runtime.budget.settle(charge, actual)
                    yield _with_cost(part, report, tells=request.asks_for_cost)
        finally:
            if not is_settled:
                await self._runtime.budget.settle(charge, plan.actual_cost(assembly.data))


def _viewer(info: CallerInfo) -> Viewer:
    return Viewer(info.caller, payer(info), info.refresh)


async def _nobody_looks() -> None:
    """Where there are no streams, nobody looks again whether credentials are good."""


def _with_cost(part: Part, report: CostReport, *, tells: bool) -> Part:
    if part.result is None:
        return replace(part, cost=report if tells else None)
    return replace(part, result=replace(part.result, cost=report, tells_cost=tells))
