import time
from functools import partial

from gateway.execution.compiled.reason import Reason
from gateway.execution.document import Documents
from gateway.execution.graphql_core import core_schema
from gateway.execution.lookup import DocumentLookup
from gateway.execution.persisted import PersistedTexts
from gateway.execution.plan import Plan, make_plan
from gateway.execution.result import ErrorCode, RequestRefused, Result, internal_error, refused_limit
from gateway.execution.run import Executor
from gateway.execution.trusted_file import TrustedFile
from gateway.http.batch import Batch
from gateway.http.caller import CallerInfo
from gateway.http.charged import Planned, charge_refusal, charged_for_kept, charged_together, settled, take
from gateway.http.counting import count_operation, count_refusal
from gateway.http.options import HttpOptions
from gateway.http.refusal import HttpRefused
from gateway.http.request import GraphQLRequest
from gateway.http.runtime import Runtime
from gateway.limits.passed import LimitPassed
from gateway.limits.variables import check_variables
from gateway.model.caller import Caller

UNREAD = frozenset({ErrorCode.PERSISTED_QUERY_NOT_FOUND, ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED})
"""Refusals that are no mistake of a client's: it sends the document next."""


class Operations:
    """document → plan → charge → run, the same whatever a request travels by."""

    def __init__(self, runtime: Runtime, options: HttpOptions, trusted: TrustedFile | None) -> None:
        self.metrics = runtime.metrics
        self._runtime = runtime
        self._executor = Executor(runtime.schema, options.road, self._uncompiled)
        self._options = options
        documents = Documents(core_schema(runtime.schema), options.documents)
        documents.show(self.metrics.caches)
        persisted = PersistedTexts(options.persisted_bytes) if options.persisted_bytes else None
        if persisted is not None:
            persisted.show(self.metrics.caches)
        self._lookup = DocumentLookup(documents, persisted, trusted, locked=options.trusted_only)

    async def plan(
        self, request: GraphQLRequest, info: CallerInfo, *, subscriptions: bool = False, in_parts: bool = False
    ) -> Plan:
        """Tell what is to be run. What the request travels by may carry `subscriptions`, and an answer `in_parts`.

        Raise RequestRefused, and let the caller pay for what was read in vain; HttpRefused where it cannot.
        """
        try:
            return self._plan(request, info.caller, subscriptions=subscriptions, in_parts=in_parts)
        except RequestRefused as refusal:
            if refusal.result.errors[0]["extensions"]["code"] not in UNREAD:
                await charge_refusal(self._runtime.budget, info, request)
            raise

    async def kept(self, request: GraphQLRequest, info: CallerInfo) -> Result | None:
        """The answer that is kept, if one is; raise HttpRefused where the caller may not spend what that costs.

        Nothing is planned for it: for who may see the same it has been planned, and was allowed.
        """
        kept = self._runtime.kept
        if kept is None:
            return None
        try:
            _check_variables(request, self._options.max_variables_bytes)
            document = self._lookup.find(request.document)
        except RequestRefused:
            return None  # the plan tells why
        key = kept.key(document, request, info.caller)
        found = None if key is None else kept.find(key)
        return None if found is None else await charged_for_kept(self._runtime.budget, info, request, found)

    async def answer(self, plan: Plan, request: GraphQLRequest, info: CallerInfo) -> Result:
        """Run a query or a mutation; raise RequestRefused or HttpRefused where the caller may not spend its cost."""
        kept = self._runtime.kept
        key = None if kept is None else kept.key(plan.document, request, info.caller)
        if kept is None or key is None:
            return await self._charged(plan, request, info)
        async with kept.turn(key) as found:
            if found is not None:
                return await charged_for_kept(self._runtime.budget, info, request, found)
            return await self._charged(plan, request, info)

    async def _charged(self, plan: Plan, request: GraphQLRequest, info: CallerInfo) -> Result:
        budget = self._runtime.budget
        charge = await take(budget, info, (plan,), (request,))
        return await settled(budget, charge, plan, request, await self._run(info, plan, request))

    async def answer_all(self, batch: Batch, info: CallerInfo) -> list[Result]:
        """Answer each in its place, side by side; what all of them would cost is known before the first runs."""
        entries = [await self._planned(one, info) for one in batch]
        planned = [entry for entry in entries if not isinstance(entry, Result)]
        results = iter(
            await charged_together(self._runtime.budget, info, planned, partial(self._settled, info)) if planned else ()
        )
        return [entry if isinstance(entry, Result) else next(results) for entry in entries]

    def _plan(self, request: GraphQLRequest, caller: Caller, *, subscriptions: bool, in_parts: bool) -> Plan:
        _check_variables(request, self._options.max_variables_bytes)
        return make_plan(
            self._lookup.find(request.document),
            request.operation_name,
            request.variables,
            self._options.deadline_seconds,
            caller,
            hide_suggestions=not self._options.suggestions,
            subscriptions=subscriptions,
            in_parts=in_parts,
        )

    async def _planned(self, one: GraphQLRequest | Result, info: CallerInfo) -> Planned | Result:
        if isinstance(one, Result):
            return one
        try:
            return await self.plan(one, info), one
        except (RequestRefused, HttpRefused) as refusal:
            count_refusal(self.metrics, refusal.result)
            return refusal.result

    async def _settled(self, info: CallerInfo, plan: Plan, request: GraphQLRequest) -> Result:
        try:
            return await self._run(info, plan, request)
        except Exception as error:  # noqa: BLE001  # one that breaks is masked in its place, and takes no other with it
            return internal_error(error)

    def _uncompiled(self, reason: Reason) -> None:
        self.metrics.uncompiled(reason.value).inc()

    async def _run(self, info: CallerInfo, plan: Plan, request: GraphQLRequest) -> Result:
        with self._runtime.make_context(info) as context:
            began = time.perf_counter()
            running, kept = self._executor.run(plan, context, request.extensions), self._runtime.kept
            result = await (running if kept is None else kept.watch(running, plan, request, info.caller, context))
            count_operation(self.metrics, plan, result, time.perf_counter() - began)
            return result


def _check_variables(request: GraphQLRequest, maximum: int) -> None:
    try:
        check_variables(request.variables, maximum)
    except LimitPassed as passed:
        raise RequestRefused(refused_limit(passed)) from None
