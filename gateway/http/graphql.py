from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import TypeAlias

import strawberry
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from gateway.execution.budget import Budget
from gateway.execution.document import Documents
from gateway.execution.lookup import DocumentLookup
from gateway.execution.persisted import PersistedTexts
from gateway.execution.plan import Plan, make_plan
from gateway.execution.result import ErrorCode, RequestRefused, Result, internal_error, refused_limit
from gateway.execution.run import assert_runnable, core_schema, run
from gateway.execution.trusted_file import TrustedFile
from gateway.http.accept import MediaType, negotiate
from gateway.http.auth import Authentication
from gateway.http.batch import Batch
from gateway.http.body import Disconnected
from gateway.http.caller import CallerInfo
from gateway.http.charged import Planned, charged
from gateway.http.compression import compressed
from gateway.http.conditional import conditional
from gateway.http.incoming import read_request
from gateway.http.options import HttpOptions
from gateway.http.refusal import HttpRefused
from gateway.http.request import GraphQLRequest
from gateway.http.response import HttpResponse, write_failure, write_refusal, write_result, write_results
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
        budget: Budget,
    ) -> None:
        assert_runnable(schema)
        self._schema = schema
        self._core_schema = core_schema(schema)
        self._make_context = make_context
        self._options = options
        self._authentication = authentication
        self._budget = budget
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
        if self._options.compression:
            response = await compressed(response, headers.get("accept-encoding"))
        for message in response.messages():
            await send(message)

    async def _respond(self, scope: Scope, headers: Headers, receive: Receive) -> HttpResponse:
        media_type, profile = MediaType.JSON, self._options.status_profile
        try:
            media_type = negotiate(headers.get("accept"))
            info = _info(scope, await self._caller(headers))
            request = await read_request(scope, headers, receive, self._options)
            if isinstance(request, list):
                return write_results(await self._answer_all(request, info), media_type)
            if scope["method"] == "POST":
                return write_result(await self._answer(request, info), media_type, profile)
            result = await self._answer_get(request, info)
            response = write_result(result, media_type, profile)
            return response if result.errors else conditional(response, headers.get("if-none-match"))
        except HttpRefused as refusal:
            return write_refusal(refusal, media_type, profile)
        except RequestRefused as refusal:
            return write_result(refusal.result, media_type, profile)
        except Disconnected:
            raise
        except Exception as error:  # noqa: BLE001  # the one exit: whatever it is, it is logged and masked
            return write_failure(internal_error(error), media_type)

    async def _answer(self, request: GraphQLRequest, info: CallerInfo) -> Result:
        return await self._charged(self._plan(request, info.caller), request, info)

    async def _answer_get(self, request: GraphQLRequest, info: CallerInfo) -> Result:
        plan = self._plan(request, info.caller)
        if plan.is_mutation:
            message = "Mutations are served by POST only."
            raise HttpRefused(405, ErrorCode.BAD_USER_INPUT, message, {"allow": "POST"})
        return await self._charged(plan, request, info)

    async def _answer_all(self, batch: Batch, info: CallerInfo) -> list[Result]:
        """Answer each in its place, side by side; what all of them would cost is known before the first runs."""
        entries = [self._planned(one, info.caller) for one in batch]
        planned = [entry for entry in entries if not isinstance(entry, Result)]
        results = iter(await charged(self._budget, info, planned, partial(self._settled, info)) if planned else ())
        return [entry if isinstance(entry, Result) else next(results) for entry in entries]

    def _planned(self, one: GraphQLRequest | Result, caller: Caller) -> Planned | Result:
        if isinstance(one, Result):
            return one
        try:
            return self._plan(one, caller), one
        except RequestRefused as refusal:
            return refusal.result

    async def _settled(self, info: CallerInfo, plan: Plan, request: GraphQLRequest) -> Result:
        try:
            return await self._run(info, plan, request)
        except Exception as error:  # noqa: BLE001  # as in _respond: one that breaks takes no other with it
            return internal_error(error)

    def _plan(self, request: GraphQLRequest, caller: Caller) -> Plan:
        _check_variables(request, self._options.max_variables_bytes)
        return make_plan(
            self._core_schema,
            self._lookup.find(request.document),
            request.operation_name,
            request.variables,
            self._options.deadline_seconds,
            caller,
            hide_suggestions=not self._options.suggestions,
        )

    async def _charged(self, plan: Plan, request: GraphQLRequest, info: CallerInfo) -> Result:
        [result] = await charged(self._budget, info, [(plan, request)], partial(self._run, info))
        return result

    async def _run(self, info: CallerInfo, plan: Plan, request: GraphQLRequest) -> Result:
        async with self._make_context(info) as context:
            return await run(self._schema, plan, context, request.extensions)

    async def _caller(self, headers: Headers) -> Caller:
        try:
            return await self._authentication.caller(headers.get("authorization"), headers.get("x-api-key"))
        except Unauthenticated as error:
            challenge = {"www-authenticate": "Bearer"}
            raise HttpRefused(401, ErrorCode.UNAUTHENTICATED, error.message, challenge) from error


def _check_variables(request: GraphQLRequest, maximum: int) -> None:
    try:
        check_variables(request.variables, maximum)
    except LimitPassed as passed:
        raise RequestRefused(refused_limit(passed)) from None


def _info(scope: Scope, caller: Caller) -> CallerInfo:
    client = scope.get("client")
    return CallerInfo(scope.get("state", {}).get("request_id", ""), client[0] if client else None, caller)
