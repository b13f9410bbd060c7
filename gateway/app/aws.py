from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from starlette.routing import BaseRoute

from gateway.app.clock import now
from gateway.app.keys import encryption_key
from gateway.app.services import Services
from gateway.execution.result import ErrorCode
from gateway.http.counting import NONE
from gateway.http.mistakes import CREDENTIALS, Mistakes
from gateway.http.service_doors import service_doors
from gateway.limits.rate import SECONDS, Rate, RateStore, RateStoreDown
from gateway.observability.metrics import Metrics
from gateway.settings.settings import Settings
from gateway.store.accounts import find_access_key
from gateway.wire.asgi import Credentials, ServiceApp
from gateway.wire.errors import ServiceError, throttled

AWS_PATHS: Mapping[str, str] = MappingProxyType(
    {"/one-click": "iot1click-devices", "/alexa-for-business": "alexaforbusiness"}
)
"""The services' models, by the prefix of their paths."""

THROTTLED = throttled().code
"""Counted where it is known which rate was passed."""

REFUSALS: Mapping[str, tuple[ErrorCode, str]] = MappingProxyType(
    {
        "IncompleteSignatureException": (ErrorCode.UNAUTHENTICATED, NONE),
        "InvalidSignatureException": (ErrorCode.UNAUTHENTICATED, NONE),
        "MissingAuthenticationTokenException": (ErrorCode.UNAUTHENTICATED, NONE),
        "UnrecognizedClientException": (ErrorCode.UNAUTHENTICATED, NONE),
        "RequestEntityTooLarge": (ErrorCode.LIMIT_EXCEEDED, "maximum_body"),
        "RequestTimeout": (ErrorCode.DEADLINE_EXCEEDED, NONE),
    }
)
"""What a request that reached no operation is counted as: as the graph counts it. Anything else is bad input."""


def aws_routes(
    settings: Settings, services: Services, rates: RateStore, mistakes: Mistakes, metrics: Metrics
) -> list[BaseRoute]:
    """The two services as AWS SDKs ask them."""
    context = services.one_click.context
    key = encryption_key(settings)

    async def credentials(access_key_id: str, peer: str | None) -> Credentials | None:
        if mistakes.seconds_to_wait(peer, access_key_id):
            metrics.refusals("aws", "RATE_LIMITED", CREDENTIALS).inc()
            raise throttled()
        found = await context.database.read(lambda connection: find_access_key(connection, key, access_key_id))
        if found is None or found.revoked or (found.demo and not _is_loopback(peer)):
            return None
        return Credentials(found.account, found.secret)

    async def mistaken(access_key_id: str, peer: str | None) -> None:
        await mistakes.made(peer, access_key_id)

    async def admit(access_key_id: str, peer: str | None) -> bool:
        mistakes.none_made(peer, access_key_id)
        if not settings.aws_calls_a_second:
            return True
        rate = Rate(settings.aws_calls_a_second * SECONDS, max(settings.aws_calls_a_second, 1.0))
        try:
            allowed = (await rates.take(f"aws:{access_key_id}", 1, rate)).allowed
        except RateStoreDown:
            allowed = False
        if not allowed:
            metrics.refusals("aws", "RATE_LIMITED", "aws_rate").inc()
        return allowed

    refused = partial(_count, metrics)
    apps = {
        prefix: ServiceApp(service.model, prefix, service.call, credentials, now, admit, mistaken, refused)
        for prefix, service in zip(AWS_PATHS, (services.one_click, services.alexa), strict=True)
    }
    return service_doors(apps)


def _count(metrics: Metrics, error: ServiceError) -> None:
    if error.code != THROTTLED:
        code, limit = REFUSALS.get(error.code, (ErrorCode.BAD_USER_INPUT, NONE))
        metrics.refusals("aws", code.value, limit).inc()


def _is_loopback(peer: str | None) -> bool:
    return peer is not None and (peer == "::1" or peer.startswith("127."))
