from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

import strawberry
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from gateway.execution.document import Documents
from gateway.execution.lookup import DocumentLookup
from gateway.execution.persisted import PersistedTexts
from gateway.execution.plan import Plan, make_plan
from gateway.execution.result import ErrorCode, RequestRefused, Result, internal_error, refused_limit
from gateway.execution.run import assert_runnable, core_schema, run
from gateway.execution.trusted_file import TrustedFile
from gateway.http.accept import MediaType, negotiate
from gateway.http.auth import Authentication
from gateway.http.body import Disconnected, read_body
from gateway.http.caller import CallerInfo
from gateway.http.cross_site import refuse_cross_site
from gateway.http.options import HttpOptions
from gateway.http.refusal import HttpRefused
from gateway.http.request import GraphQLRequest, read_get, read_post
from gateway.http.response import HttpResponse, write_failure, write_refusal, write_result
from gateway.http.unauthenticated import Unauthenticated
from gateway.limits.passed import LimitPassed
from gateway.limits.variables import check_variables
from gateway.model.caller import Caller

MakeContext: TypeAlias = Callable[[CallerInfo], AbstractAsyncContextManager[object]]
"""Opens one request's context, whatever the schema's resolvers expect as `info.context`, and closes it after."""


class GraphQLEndpoint:
    """The way of a request: read → document → plan → run → write. An ASGI application for one path."""

    def __init__(
        self,
        schema: strawberry.Schema,
        make_context: MakeContext,
        options: HttpOptions,
        authentication: Authentication,
        trusted: TrustedFile | None,
    ) -> None:
        assert_runnable(schema)
        self._schema = schema
        self._core_schema = core_schema(schema)
        self._make_context = make_context
        self._options = options
        self._authentication = authentication
        self._lookup = DocumentLookup(
            Documents(self._core_schema, options.documents),
            PersistedTexts(options.persisted_bytes) if options.persisted_bytes else None,
            trusted,
            locked=options.trusted_only,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        try:
            response = await self._respond(scope, headers, receive)
        except Disconnected:
            return
        for message in response.messages():
            await send(message)

    async def _respond(self, scope: Scope, headers: Headers, receive: Receive) -> HttpResponse:
        media_type = MediaType.JSON
        try:
            media_type = negotiate(headers.get("accept"))
            return write_result(await self._answer(scope, headers, receive), media_type)
        except HttpRefused as refusal:
            return write_refusal(refusal, media_type)
        except RequestRefused as refusal:
            return write_result(refusal.result, media_type)
        except Disconnected:
            raise
        except Exception as error:  # noqa: BLE001  # the one exit: whatever it is, it is logged and masked
            return write_failure(internal_error(error), media_type)

    async def _answer(self, scope: Scope, headers: Headers, receive: Receive) -> Result:
        caller = await self._caller(headers)
        request = await self._read(scope, headers, receive)
        _check_variables(request, self._options.max_variables_bytes)
        document = self._lookup.find(request.document)
        plan = make_plan(
            self._core_schema,
            document,
            request.operation_name,
            request.variables,
            self._options.deadline_seconds,
            caller,
        )
        if scope["method"] == "GET":
            _refuse_mutation(plan)
        async with self._make_context(_info(scope, caller)) as context:
            return await run(self._schema, plan, context, request.extensions)

    async def _caller(self, headers: Headers) -> Caller:
        try:
            return await self._authentication.caller(headers.get("authorization"), headers.get("x-api-key"))
        except Unauthenticated as error:
            challenge = {"www-authenticate": "Bearer"}
            raise HttpRefused(401, ErrorCode.UNAUTHENTICATED, error.message, challenge) from error

    async def _read(self, scope: Scope, headers: Headers, receive: Receive) -> GraphQLRequest:
        method = scope["method"]
        if method not in {"GET", "POST"}:
            message = "GraphQL is served by GET and POST."
            raise HttpRefused(405, ErrorCode.BAD_USER_INPUT, message, {"allow": "GET, POST"})
        refuse_cross_site(
            headers.get("host"), headers.get("origin"), headers.get("sec-fetch-site"), self._options.allowed_origins
        )
        if method == "GET":
            return read_get(scope["query_string"], self._options.max_body_bytes)
        body = await read_body(
            receive, headers.get("content-length"), self._options.max_body_bytes, self._options.deadline_seconds
        )
        return read_post(headers.get("content-type"), headers.get("content-encoding"), body)


def _check_variables(request: GraphQLRequest, maximum: int) -> None:
    try:
        check_variables(request.variables, maximum)
    except LimitPassed as passed:
        raise RequestRefused(refused_limit(passed)) from None


def _refuse_mutation(plan: Plan) -> None:
    if plan.is_mutation:
        message = "Mutations are served by POST only."
        raise HttpRefused(405, ErrorCode.BAD_USER_INPUT, message, {"allow": "POST"})


def _info(scope: Scope, caller: Caller) -> CallerInfo:
    client = scope.get("client")
    return CallerInfo(scope.get("state", {}).get("request_id", ""), client[0] if client else None, caller)
