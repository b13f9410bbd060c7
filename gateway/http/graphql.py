from typing import Any

from starlette.types import Receive, Scope, Send

from gateway.execution.plan import Plan
from gateway.execution.result import ErrorCode, RequestRefused, internal_error
from gateway.http.accept import MediaType, negotiate
from gateway.http.answers import Answer, Answers
from gateway.http.auth import Authentication
from gateway.http.body import Disconnected
from gateway.http.caller import CallerInfo
from gateway.http.compression import compressed
from gateway.http.conditional import conditional
from gateway.http.counting import count_refusal
from gateway.http.credentials import info_of
from gateway.http.deliveries import ONLY_SINGLE, Deliveries, read_deliveries
from gateway.http.headers import Headers, read_headers
from gateway.http.incoming import read_request
from gateway.http.operations import Operations
from gateway.http.options import HttpOptions
from gateway.http.refusal import HttpRefused
from gateway.http.request import GraphQLRequest
from gateway.http.response import HttpResponse, write_failure, write_refusal, write_result, write_results
from gateway.http.streamed_response import StreamedResponse


class GraphQLEndpoint:
    """The way of a request: read → document → plan → run → write. An ASGI application for one path."""

    def __init__(
        self, operations: Operations, answers: Answers, options: HttpOptions, authentication: Authentication
    ) -> None:
        self._operations = operations
        self._answers = answers
        self._options = options
        self._authentication = authentication

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = read_headers(scope)
        try:
            response = await self._respond(scope, headers, receive)
        except Disconnected:
            return
        if isinstance(response, StreamedResponse):
            await response.send(scope, receive, send)
            return
        if self._options.compression:
            response = await compressed(response, headers.get("accept-encoding"))
        for message in response.messages():
            await send(message)

    async def _respond(self, scope: Scope, headers: Headers, receive: Receive) -> HttpResponse | StreamedResponse[Any]:
        media_type, profile = MediaType.JSON, self._options.status_profile
        deliveries = read_deliveries(headers.get("accept")).within(self._options.streams)
        try:
            if not deliveries.streams_only:
                media_type = negotiate(headers.get("accept"))
            info = await info_of(headers, scope, self._authentication)
            request = await read_request(scope, headers, receive, self._options)
            if isinstance(request, list):
                return write_results(await self._operations.answer_all(request, info), media_type)
            answer = await self._answer(
                request, info, deliveries, scope["method"], headers.get("last-event-id") or None
            )
            if isinstance(answer, StreamedResponse):
                return answer
            response = write_result(answer, media_type, profile)
            lasts = scope["method"] == "GET" and not answer.errors
            return conditional(response, headers.get("if-none-match"), answer.age) if lasts else response
        except HttpRefused as refusal:
            count_refusal(self._operations.metrics, refusal.result)
            return write_refusal(refusal, media_type, profile)
        except RequestRefused as refusal:
            count_refusal(self._operations.metrics, refusal.result)
            answer = self._answers.refused(refusal.result, deliveries)
            return answer if isinstance(answer, StreamedResponse) else write_result(answer, media_type, profile)
        except Disconnected:
            raise
        except Exception as error:  # noqa: BLE001  # the one exit: whatever it is, it is logged and masked
            return write_failure(internal_error(error), media_type)

    async def _answer(
        self, request: GraphQLRequest, info: CallerInfo, deliveries: Deliveries, method: str, after: str | None
    ) -> Answer:
        if deliveries.single and (kept := await self._operations.kept(request, info)) is not None:
            return kept
        if deliveries is ONLY_SINGLE:
            plan = await self._operations.plan(request, info)
            _refuse_mutation(plan, method)
            return await self._operations.answer(plan, request, info)
        plan = await self._answers.plan(request, info, deliveries)
        _refuse_mutation(plan, method)
        return await self._answers.answer(plan, request, info, deliveries, after)


def _refuse_mutation(plan: Plan, method: str) -> None:
    if method == "GET" and plan.is_mutation:
        message = "Mutations are served by POST only."
        raise HttpRefused(405, ErrorCode.BAD_USER_INPUT, message, {"allow": "POST"})
