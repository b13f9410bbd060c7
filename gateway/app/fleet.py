from contextlib import AsyncExitStack

from gateway.app.keys import derived_key
from gateway.app.services import Services
from gateway.cache.recent import Recent
from gateway.model.seal import Sealer
from gateway.model.tenant import Tenant
from gateway.observability.metrics import Metrics
from gateway.settings.settings import Settings
from gateway.settings.source import SourceSettings
from gateway.sources.alexa import AlexaSource
from gateway.sources.batched import batched
from gateway.sources.fleet import Fleet, Source
from gateway.sources.in_process import InProcessUpstream
from gateway.sources.measured import MeasuredUpstream
from gateway.sources.one_click import OneClickSource
from gateway.sources.probe import Probe
from gateway.sources.shared import SharedUpstream
from gateway.sources.upstream import Params, Upstream

PERCENT = 100.0


async def open_fleet(settings: Settings, services: Services | None, metrics: Metrics, stack: AsyncExitStack) -> Fleet:
    sources: dict[str, Source] = {}
    shared: dict[str, SharedUpstream] = {}
    for source in settings.sources:
        upstream = await _open_upstream(source, services, metrics, stack)
        if isinstance(upstream, SharedUpstream):
            shared[source.name] = upstream
        if source.service == "one-click":
            unit = PERCENT if source.remaining_life == "percent" else 1.0
            sources[source.name] = OneClickSource(source.name, source.aws_region, upstream, settings.scan_limit, unit)
        else:
            sources[source.name] = AlexaSource(source.name, source.aws_region, upstream, settings.scan_limit)
    # However many sources hang, a list has asked all of them before its deadline.
    patience = settings.deadline / (len(sources) + 1)
    return Fleet(sources, Sealer(derived_key(settings, "cursors")), patience, shared)


async def _open_upstream(
    source: SourceSettings, services: Services | None, metrics: Metrics, stack: AsyncExitStack
) -> Upstream:
    if services is not None and source.embedded:
        service = services.of(source)
        tenant = Tenant(source.account, source.aws_region)
        beyond = frozenset(service.beyond)
        embedded = InProcessUpstream(source.name, tenant, service.call, service.call_beyond, service.call_many, beyond)
        return batched(MeasuredUpstream(source.name, embedded, metrics))
    from gateway.sources.aws.client import open_aws

    remote = await stack.enter_async_context(open_aws(source))
    recent: Recent[Params] | None = None
    if source.cache_seconds:
        recent = Recent(source.cache_seconds, source.cache_bytes)
        metrics.caches.watch(f"source_{source.name}", recent)
    return SharedUpstream(MeasuredUpstream(source.name, remote, metrics), frozenset(remote.reads), recent)


async def probe_endpoint(source: SourceSettings) -> Probe:
    """Ask the service behind an endpoint for one device, once; raise NotUsable where the settings do not allow that."""
    from gateway.sources.aws.client import open_aws

    async with open_aws(source) as upstream:
        return await upstream.check()
