import asyncio
from collections.abc import AsyncIterator, Awaitable, Hashable
from contextlib import asynccontextmanager, suppress
from typing import Protocol, runtime_checkable

import orjson
from msgspec.structs import replace

from gateway.cache.response import Kept, ResponseCache
from gateway.execution.body import compact, write_body
from gateway.execution.cache_policy import CachePolicy
from gateway.execution.document import Document
from gateway.execution.plan import Plan
from gateway.execution.result import Result
from gateway.http.conditional import etag
from gateway.http.request import GraphQLRequest
from gateway.model.answer import Answer
from gateway.model.caller import Caller

PATIENCE = 1.0
"""Seconds that a request waits for another that asks the same."""


@runtime_checkable
class Answering(Protocol):
    """A context whose resolvers tell whether the answer is complete."""

    @property
    def answer(self) -> Answer: ...


class KeptAnswers:
    """Answers to queries as ready bytes, for those who ask the same and may see the same.

    The key is all that an answer depends on: the document, which of its operations, the variables, what the caller may
    see, and where something in it is personal, the caller. Nothing with errors is kept, nor what is not complete. A
    mutation makes it forget the entities that it returns, and what lists their types; where it does not tell what it
    changed, everything.
    """

    def __init__(self, cache: ResponseCache) -> None:
        self._cache = cache
        self._running: dict[Hashable, asyncio.Event] = {}

    def key(self, document: Document, request: GraphQLRequest, caller: Caller) -> Hashable | None:
        """What the answer is kept by; None where it is not."""
        policy = document.policy(request.operation_name)
        if policy is None or policy.max_age <= 0:
            return None
        given = {name: request.variables[name] for name in policy.variables if name in request.variables}
        try:
            variables = orjson.dumps(given, option=orjson.OPT_SORT_KEYS)
        except TypeError:
            return None
        whose = caller.id if policy.private else None
        return document.hash, request.operation_name, variables, caller.sight, whose

    def find(self, key: Hashable) -> Result | None:
        kept = self._cache.get(key)
        if kept is None:
            return None
        return Result(None, (), executed=True, kept=kept, age=int(self._cache.age(kept)))

    @asynccontextmanager
    async def turn(self, key: Hashable) -> AsyncIterator[Result | None]:
        """Wait while the same is being answered, and yield that; None: it is to be run, and others wait for it."""
        running = self._running.get(key)
        if running is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(running.wait(), PATIENCE)
            yield self.find(key)
            return
        ended = self._running[key] = asyncio.Event()
        try:
            yield None
        finally:
            del self._running[key]
            ended.set()

    async def watch(
        self, running: Awaitable[Result], plan: Plan, request: GraphQLRequest, caller: Caller, context: object
    ) -> Result:
        """Wait for an operation that is being run; keep its answer, or forget what it changed."""
        if plan.is_mutation:
            return await self._forgetting(running, plan)
        begun, asked_at = self._cache.begin(), self._cache.now()
        result = await running
        key, policy = self.key(plan.document, request, caller), plan.document.policy(request.operation_name)
        if key is None or policy is None or result.data is None or result.errors or not _is_complete(context):
            return result
        body = compact(write_body(result))
        kept = Kept(body, etag(body), _control(policy, caller), policy.max_age, asked_at)
        return replace(result, kept=kept) if self._cache.put(key, kept, policy.tags(result.data), begun) else result

    def forget_all(self) -> None:
        """Forget everything: something has changed, and nobody can tell what."""
        self._cache.forget_all()

    async def _forgetting(self, running: Awaitable[Result], plan: Plan) -> Result:
        changed: frozenset[str] | None = None
        try:
            result = await running
            policy = plan.document.policy(plan.name)
            if policy is not None and result.data is not None:
                changed = policy.changed(result.data)
            return result
        finally:  # even where it was stopped: what it had written then stands
            if changed is None:
                self._cache.forget_all()
            else:
                self._cache.forget(changed)


def _is_complete(context: object) -> bool:
    return not isinstance(context, Answering) or context.answer.is_complete


def _control(policy: CachePolicy, caller: Caller) -> bytes:
    """No cache that callers share may keep what one of them was shown because of who it is."""
    scope = "private" if policy.private or caller.authenticated else "public"
    return f"{scope}, max-age={policy.max_age}".encode()
