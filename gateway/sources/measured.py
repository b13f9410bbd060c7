import time
from collections.abc import Sequence

from msgspec import Struct

from gateway.model.errors import GatewayError, UpstreamThrottled, UpstreamTimeout, UpstreamUnavailable
from gateway.observability.metrics import Metrics
from gateway.sources.probe import Probe
from gateway.sources.upstream import Params, Upstream

OK = "ok"
STOPPED = "stopped"
"""Given up before it was answered, or broken by a bug."""

OUTCOMES: dict[type[GatewayError], str] = {
    UpstreamUnavailable: "unavailable",
    UpstreamThrottled: "throttled",
    UpstreamTimeout: "timeout",
}


class MeasuredUpstream(Struct, frozen=True):
    """An upstream whose calls are counted and timed; `source` names it."""

    source: str
    upstream: Upstream
    metrics: Metrics

    @property
    def beyond(self) -> frozenset[str]:
        return self.upstream.beyond

    async def check(self) -> Probe:
        return await self.upstream.check()

    async def call(self, operation: str, params: Params) -> Params:
        began, outcome = time.perf_counter(), STOPPED
        try:
            answer = await self.upstream.call(operation, params)
            outcome = OK
        except GatewayError as error:
            outcome = _outcome(error)
            raise
        finally:
            self.metrics.upstream_seconds(self.source, operation).observe(time.perf_counter() - began)
            self.metrics.upstream_calls(self.source, operation, outcome).inc()
        return answer

    async def call_many(self, operation: str, params: Sequence[Params]) -> Sequence[Params | GatewayError]:
        began = time.perf_counter()
        answers = await self.upstream.call_many(operation, params)
        self.metrics.upstream_seconds(self.source, operation).observe(time.perf_counter() - began)
        refused = [_outcome(answer) for answer in answers if isinstance(answer, GatewayError)]
        for outcome in refused:
            self.metrics.upstream_calls(self.source, operation, outcome).inc()
        self.metrics.upstream_calls(self.source, operation, OK).inc(len(answers) - len(refused))
        return answers


def _outcome(error: GatewayError) -> str:
    """Say what came of a call that was not answered; a refusal is the service's own word."""
    return OUTCOMES.get(type(error), "refused")
