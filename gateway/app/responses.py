from msgspec import Struct

from gateway.cache.response import ResponseCache
from gateway.execution.cache_policy import type_tags
from gateway.live.change import Position
from gateway.live.hub import Hub
from gateway.model.ids import GlobalId, NodeKind
from gateway.observability.metrics import Metrics
from gateway.settings.settings import Settings
from gateway.sources.fleet import Fleet
from gateway.sources.one_click import OneClickSource


class _Everybody(Struct, frozen=True):
    """A follower of all devices, so that the change log is read as long as the gateway runs."""

    devices: None = None

    def wake(self, end: Position) -> None:
        """What happened is told before this, device by device."""


async def open_responses(settings: Settings, fleet: Fleet, hub: Hub | None, metrics: Metrics) -> ResponseCache | None:
    """Make the cache of answers, if there is to be one; have it forget the devices that the change log tells of."""
    if not settings.response_cache:
        return None
    responses = ResponseCache(settings.response_cache)
    metrics.caches.watch("responses", responses)
    if hub is None:
        return responses

    def forget(source: str, device_key: str) -> None:
        if source in fleet.sources:
            responses.forget(_tags(fleet, source, device_key))

    hub.announce_to(forget)
    await hub.refresh()
    hub.follow(_Everybody())
    return responses


def _tags(fleet: Fleet, source: str, device_key: str) -> frozenset[str]:
    if isinstance(fleet.sources[source], OneClickSource):
        kind, type_name = NodeKind.ONE_CLICK_DEVICE, "OneClickDevice"
    else:
        kind, type_name = NodeKind.ALEXA_DEVICE, "AlexaDevice"
    return type_tags((type_name,)) | {GlobalId(kind, source, device_key).encode()}
