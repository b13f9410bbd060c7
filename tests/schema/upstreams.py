"""The two ways to the same services: straight into them, and by signed HTTP over a real socket."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from gateway.model.service import DeviceService
from gateway.model.tenant import Tenant
from gateway.settings.source import EMBEDDED_ACCOUNT, SourceSettings
from gateway.sources.aws import open_aws
from gateway.sources.batched import BatchedUpstream, batched
from gateway.sources.in_process import InProcessUpstream
from gateway.sources.shared import SharedUpstream
from gateway.sources.upstream import Upstream
from gateway.wire.asgi import Credentials, ServiceApp
from gateway.wire.errors import ServiceError
from tests.aws_environment import ACCESS_KEY_ID, SECRET_ACCESS_KEY, set_aws_environment
from tests.http.serving import serving
from tests.schema.watched import Watched, WatchedService

ONE_CLICK, ALEXA = DeviceService.ONE_CLICK, DeviceService.ALEXA_FOR_BUSINESS


@dataclass(frozen=True, slots=True)
class Place:
    """A configured source: its service, and whose devices it has."""

    name: str
    service: DeviceService
    region: str

    @property
    def tenant(self) -> Tenant:
        return Tenant(EMBEDDED_ACCOUNT, self.region)


BUTTONS = Place("buttons", ONE_CLICK, "us-west-2")
ECHOES = Place("echoes", ALEXA, "us-east-1")
KNOBS = Place("knobs", ONE_CLICK, "eu-west-1")
DOTS = Place("dots", ALEXA, "eu-west-1")
PLACES = (BUTTONS, ECHOES, KNOBS, DOTS)


@dataclass(frozen=True, slots=True)
class Ways:
    """The upstream of each source, by the name of the way and of the source."""

    watched: Watched
    by_name: Mapping[str, Mapping[str, Upstream]]


@asynccontextmanager
async def both_ways(watched: Watched, directory: Path) -> AsyncIterator[Ways]:
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(serving(_app(watched)))
        over_aws: dict[str, Upstream] = {}
        with pytest.MonkeyPatch.context() as environment:
            set_aws_environment(environment, directory)
            for place in PLACES:
                upstream = await stack.enter_async_context(open_aws(_settings(place, str(client.base_url))))
                # Credentials are looked for at the first call, and then kept.
                _service(watched, place.service).failing[place.region, None] = ServiceError("InternalFailure", "")
                await upstream.check()
                over_aws[place.name] = SharedUpstream(upstream, frozenset(upstream.reads))
        straight = {place.name: _straight(watched, place) for place in PLACES}
        yield Ways(watched, {"in process": straight, "signed HTTP": over_aws})


def _app(watched: Watched) -> Starlette:
    async def find(access_key_id: str, _peer: str | None) -> Credentials | None:
        return Credentials(EMBEDDED_ACCOUNT, SECRET_ACCESS_KEY) if access_key_id == ACCESS_KEY_ID else None

    routes: list[Route | Mount] = []
    for service in DeviceService:
        part, prefix = _service(watched, service), f"/{service.value}"
        app = ServiceApp(part.model, prefix, part.call, find, lambda: datetime.now(UTC))
        routes += [Route(prefix, app), Mount(prefix, app)]
    return Starlette(routes=routes)


def _settings(place: Place, url: str) -> SourceSettings:
    endpoint_url = f"{url}/{place.service.value}"
    # A busy machine, or a kept connection that its server closed, is not to look like an outage.
    return SourceSettings(
        name=place.name,
        service=place.service.value,
        region=place.region,
        endpoint_url=endpoint_url,
        attempts=2,
        connect_timeout=60,
        read_timeout=60,
    )


def _straight(watched: Watched, place: Place) -> BatchedUpstream:
    part = _service(watched, place.service)
    upstream = InProcessUpstream(
        place.name, place.tenant, part.call, part.call_beyond, part.call_many, frozenset(part.beyond)
    )
    return batched(upstream)


def _service(watched: Watched, service: DeviceService) -> WatchedService:
    return watched.one_click if service is ONE_CLICK else watched.alexa
