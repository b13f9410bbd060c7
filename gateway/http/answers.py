from collections.abc import AsyncGenerator
from typing import Any, TypeAlias

from gateway.execution.parts import Part
from gateway.execution.plan import Plan
from gateway.execution.result import Result
from gateway.http.caller import CallerInfo
from gateway.http.deliveries import Deliveries
from gateway.http.endings import refusal_payload
from gateway.http.event_stream.form import EVENT_STREAM
from gateway.http.incremental import IncrementalSpec
from gateway.http.multipart import INCREMENTAL, SUBSCRIPTION
from gateway.http.request import GraphQLRequest
from gateway.http.streamed_response import StreamedResponse
from gateway.http.streaming import Payloads, Streaming, once

Answer: TypeAlias = Result | StreamedResponse[Any]


class Answers:
    """Answers over HTTP in the form that an operation needs and its client takes."""

    def __init__(self, streaming: Streaming, ping_seconds: float) -> None:
        self._streaming = streaming
        self._ping_seconds = ping_seconds

    async def plan(self, request: GraphQLRequest, info: CallerInfo, deliveries: Deliveries) -> Plan:
        """Raise RequestRefused or HttpRefused."""
        subscriptions = deliveries.event_stream or deliveries.multipart
        in_parts = deliveries.event_stream or deliveries.incremental is not None
        return await self._streaming.plan(request, info, subscriptions=subscriptions, in_parts=in_parts)

    async def answer(
        self, plan: Plan, request: GraphQLRequest, info: CallerInfo, deliveries: Deliveries, after: str | None
    ) -> Answer:
        """`after`: the cursor of a subscription's last event that the client has. Raise RequestRefused, HttpRefused."""
        if plan.is_subscription and not deliveries.event_stream:
            stream = await self._streaming.begin(plan, request, info, after)
            return StreamedResponse(SUBSCRIPTION, stream, self._ping_seconds, self._streaming.metrics)
        if plan.may_defer and deliveries.incremental is not None:
            return await self._in_parts(self._streaming.parts(plan, request, info), deliveries.incremental)
        if plan.is_subscription or plan.may_defer or (deliveries.event_stream and not deliveries.single):
            return self._event_stream(await self._streaming.begin(plan, request, info, after))
        return await self._streaming.answer(plan, request, info)

    def refused(self, result: Result, deliveries: Deliveries) -> Answer:
        """A browser's EventSource sees nothing but events, a refusal neither."""
        if deliveries.single or not deliveries.event_stream:
            return result
        return self._event_stream(once(refusal_payload(result.errors)))

    def _event_stream(self, payloads: Payloads) -> StreamedResponse[Payloads]:
        return StreamedResponse(EVENT_STREAM, payloads, self._ping_seconds, self._streaming.metrics)

    async def _in_parts(self, parts: AsyncGenerator[Part, None], spec: IncrementalSpec) -> Answer:
        """One part is answered as any result is."""
        first = await anext(parts)
        if first.result is not None and not first.has_next:
            await parts.aclose()
            return first.result
        return StreamedResponse(INCREMENTAL[spec], _again(first, parts), self._ping_seconds, self._streaming.metrics)


async def _again(first: Part, parts: AsyncGenerator[Part, None]) -> AsyncGenerator[Part, None]:
    try:
        yield first
        async for part in parts:
            yield part
    finally:
        await parts.aclose()
