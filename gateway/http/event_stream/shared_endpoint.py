from typing import Any
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.execution.result import ErrorCode, RequestRefused, internal_error
from gateway.http.accept import MediaType
from gateway.http.auth import Authentication
from gateway.http.body import Disconnected
from gateway.http.counting import count_refusal
from gateway.http.credentials import info_of
from gateway.http.cross_site import refuse_cross_site
from gateway.http.deliveries import EVENT_STREAM
from gateway.http.event_stream.shared import SHARED, SharedStream, SharedStreams
from gateway.http.headers import Headers, read_headers
from gateway.http.incoming import read_request
from gateway.http.options import HttpOptions
from gateway.http.refusal import HttpRefused, bad_request
from gateway.http.request import GraphQLRequest
from gateway.http.response import HttpResponse, write_failure, write_refusal, write_result
from gateway.http.streamed_response import StreamedResponse
from gateway.http.streaming import Streaming
from gateway.model.caller import NOBODY

TOKEN_HEADER = "x-graphql-event-stream-token"  # noqa: S105  # the header's name
TOKEN_NAME = TOKEN_HEADER.encode()
REFUSED_AS = MediaType.GRAPHQL_RESPONSE
"""Its statuses tell a refusal, which is all that these clients look at."""


class SharedEventStreams:
    """Serves what concerns event streams that operations share, and lets the application below do the rest.

    PUT reserves a stream, GET opens it, POST or GET begin operations on it, DELETE stops one.
    """

    def __init__(
        self, app: ASGIApp, streaming: Streaming, options: HttpOptions, authentication: Authentication
    ) -> None:
        self._app = app
        self._streaming = streaming
        self._options = options
        self._authentication = authentication
        self._streams = SharedStreams(options.streams)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = _token(scope)
        if token is None and scope["method"] != "PUT":
            await self._app(scope, receive, send)
            return
        try:
            response = await self._respond(scope, receive, token)
        except Disconnected:
            return
        if isinstance(response, StreamedResponse):
            await response.send(scope, receive, send)
            return
        for message in response.messages():
            await send(message)

    async def _respond(self, scope: Scope, receive: Receive, token: str | None) -> HttpResponse | StreamedResponse[Any]:
        headers = read_headers(scope)
        try:
            return await self._served(scope, headers, receive, token)
        except (HttpRefused, RequestRefused) as refusal:
            count_refusal(self._streaming.metrics, refusal.result)
            if isinstance(refusal, HttpRefused):
                return write_refusal(refusal, REFUSED_AS)
            return write_result(refusal.result, REFUSED_AS)
        except Disconnected:
            raise
        except Exception as error:  # noqa: BLE001  # the one exit: whatever it is, it is logged and masked
            return write_failure(internal_error(error), REFUSED_AS)

    async def _served(
        self, scope: Scope, headers: Headers, receive: Receive, token: str | None
    ) -> HttpResponse | StreamedResponse[Any]:
        origins = self._options.allowed_origins
        refuse_cross_site(headers.get("host"), headers.get("origin"), headers.get("sec-fetch-site"), origins)
        match scope["method"]:
            case "PUT":
                return await self._reserve(scope, headers)
            case "DELETE":
                return await self._stop(scope, self._streams.find(token))
            case "GET" if headers.get("accept") == EVENT_STREAM:
                return self._open(token)
        return await self._begin(scope, headers, receive, self._streams.find(token))

    async def _reserve(self, scope: Scope, headers: Headers) -> HttpResponse:
        info = await info_of(headers, scope, self._authentication)
        if info.caller is NOBODY:
            message = "An API key or a token is needed."
            raise HttpRefused(401, ErrorCode.UNAUTHENTICATED, message, {"www-authenticate": "Bearer"})
        token = self._streams.reserve(info.caller)
        return _plain(201, token.encode())

    def _open(self, token: str | None) -> StreamedResponse[SharedStream]:
        stream, seconds = self._streams.open(token), self._options.streams.ping_seconds
        return StreamedResponse(SHARED, stream, seconds, self._streaming.metrics)

    async def _begin(self, scope: Scope, headers: Headers, receive: Receive, stream: SharedStream) -> HttpResponse:
        info = await info_of(headers, scope, self._authentication)
        if info.caller.id != stream.caller.id:
            raise HttpRefused(403, ErrorCode.FORBIDDEN, "The event stream is another caller's.")
        request = await read_request(scope, headers, receive, self._options)
        if not isinstance(request, GraphQLRequest):
            raise bad_request("An event stream takes one operation at a time.")
        plan = await self._streaming.plan(request, info)
        if plan.is_mutation and scope["method"] == "GET":
            raise HttpRefused(405, ErrorCode.BAD_USER_INPUT, "Mutations are served by POST only.", {"allow": "POST"})
        operation_id = _operation_id(request)
        stream.reserve(operation_id)
        try:
            payloads = await self._streaming.begin(plan, request, info)
        except BaseException:
            await stream.stop(operation_id)
            raise
        return _plain(202 if await stream.begin(operation_id, payloads) else 204, b"")

    async def _stop(self, scope: Scope, stream: SharedStream) -> HttpResponse:
        operation_id = _query(scope, "operationId")
        if operation_id is None:
            raise bad_request("The parameter 'operationId' is missing.", argument="operationId")
        await stream.stop(operation_id)
        return _plain(200, b"")


def _token(scope: Scope) -> str | None:
    """Look for it in the header, or where an EventSource can put it; every request to the path is looked at so."""
    for name, value in scope["headers"]:
        if name == TOKEN_NAME:
            told: str = value.decode("latin-1")
            return told
    return _query(scope, "token") if b"token=" in scope["query_string"] else None


def _query(scope: Scope, name: str) -> str | None:
    given = parse_qs(scope["query_string"].decode("latin-1")).get(name)
    return given[0] if given else None


def _operation_id(request: GraphQLRequest) -> str:
    operation_id = request.extensions.get("operationId")
    if not isinstance(operation_id, str) or not operation_id:
        raise bad_request("extensions.operationId is missing.", argument="extensions")
    return operation_id


def _plain(status: int, body: bytes) -> HttpResponse:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    return HttpResponse(status, headers, body)
