import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError
from msgspec import Struct

from gateway.model.errors import GatewayError
from gateway.observability.event_log import EventLog
from gateway.sources.aws.ceiling import Ceiling
from gateway.sources.aws.requests import check_request
from gateway.sources.aws.retry import Retry
from gateway.sources.aws.signed_http import Method
from gateway.sources.faults import CLOCKS_DIFFER, NO_CREDENTIALS, NOT_ACCEPTED, Failed, Outage, fault_of
from gateway.sources.probe import Probe, skew_seconds
from gateway.sources.upstream import Params
from gateway.wire.errors import ServiceError, unknown_operation
from gateway.wire.service import ServiceModel

_log = EventLog(__name__)


class AwsUpstream(Struct, frozen=True):
    """One service of one account and region behind an AWS-compatible endpoint; made by `open_aws`.

    `reads` are the operations that change nothing, over connections that are kept; `afresh` is every operation, each
    call over a connection of its own: on a kept one that the service is just closing, nobody could tell whether a
    mutation was applied, and a check would fail for no reason.

    Requests are checked here first, as the embedded services check them, so both upstreams refuse the same ones alike.
    """

    source: str
    model: ServiceModel
    reads: Mapping[str, Method]
    afresh: Mapping[str, Method]
    cheap_read: str
    ceiling: Ceiling
    retry: Retry

    @property
    def beyond(self) -> frozenset[str]:
        return frozenset()

    async def call(self, operation: str, params: Params) -> Params:
        try:
            self._check(operation, params)
            method = self.reads.get(operation) or self.afresh[operation]
            attempt = partial(self._attempt, method, operation, params)
            answer = await self.retry.run(attempt, reads=operation in self.reads)
        except Failed as failure:
            raise self._error(operation, failure) from failure
        answer.pop("ResponseMetadata", None)  # aioboto3's
        return answer

    async def call_many(self, operation: str, params: Sequence[Params]) -> Sequence[Params | GatewayError]:
        async with asyncio.TaskGroup() as group:
            calls = [group.create_task(self._answer_or_error(operation, one)) for one in params]
        return [call.result() for call in calls]

    async def check(self) -> Probe:
        """Ask for one device, once."""
        asked = datetime.now(UTC)
        try:
            answer = await self._attempt(self.afresh[self.cheap_read], self.cheap_read, {"MaxResults": 1})
        except Failed as failure:
            return self._failed_probe(failure, asked)
        headers = answer["ResponseMetadata"]["HTTPHeaders"]
        skew = skew_seconds(headers, asked, datetime.now(UTC))
        return Probe(available=True, reachable=True, accepted=True, skew_seconds=skew, detail="answers")

    def _check(self, operation: str, params: Params) -> None:
        known = self.model.operations.get(operation)
        try:
            if known is None:
                raise unknown_operation()
            check_request(known, params)
        except ServiceError as refusal:
            raise Failed(fault_of(refusal.code, refusal.message), refusal.message) from refusal

    async def _attempt(self, method: Method, operation: str, params: Params) -> dict[str, Any]:
        async with self.ceiling.slot(operation):
            try:
                return await method(params)
            except BotoCoreError as error:
                # The request was checked and the transport raises Failed: what is left is looking for credentials.
                raise Failed(NO_CREDENTIALS) from error

    async def _answer_or_error(self, operation: str, params: Params) -> Params | GatewayError:
        try:
            return await self.call(operation, params)
        except GatewayError as error:
            return error

    def _error(self, operation: str, failure: Failed) -> GatewayError:
        if isinstance(failure.fault, Outage):
            cause = failure.message or repr(failure.__cause__)
            _log.warning("upstream failed", source=self.source, operation=operation, cause=cause)
        return failure.fault.error(self.source, failure.message)

    def _failed_probe(self, failure: Failed, asked: datetime) -> Probe:
        reachable = failure.headers is not None
        return Probe(
            available=False,
            reachable=reachable,
            accepted=reachable and failure.fault not in (NOT_ACCEPTED, CLOCKS_DIFFER),
            skew_seconds=skew_seconds(failure.headers or {}, asked, datetime.now(UTC)),
            detail=failure.fault.error(self.source, failure.message).message,
        )
