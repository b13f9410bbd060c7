"""Both embedded services over one store, and the ways to them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from starlette.applications import Starlette

from gateway.http.service_doors import service_doors
from gateway.model.tenant import Tenant
from gateway.services import alexa, one_click
from gateway.services.alexa.arns import device_arn
from gateway.services.context import ServiceContext
from gateway.services.embedded import EmbeddedService
from gateway.settings.source import EMBEDDED_ACCOUNT, SourceSettings
from gateway.sources.aws import open_aws
from gateway.sources.in_process import InProcessUpstream
from gateway.sources.shared import SharedUpstream
from gateway.sources.upstream import Upstream
from gateway.store.alexa_devices import NewAlexaDevice, add_device
from gateway.store.claim_codes import add_claim_code
from gateway.store.one_click_devices import register_device
from gateway.store.times import milliseconds
from gateway.wire.asgi import Credentials, ServiceApp
from gateway.wire.service import load
from tests.aws_environment import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from tests.http.serving import serving

Service = Literal["one-click", "alexa-for-business"]
ONE_CLICK = Tenant(EMBEDDED_ACCOUNT, "us-west-2")
ALEXA = Tenant(EMBEDDED_ACCOUNT, "us-east-1")
BUTTONS = "buttons"
ECHOES = "echoes"


class Upstreams:
    """One way to both services: `one_click` is the source "buttons", `alexa` the source "echoes".

    Not a dataclass: a failing property test would print all that it holds.
    """

    def __init__(self, one_click: Upstream, alexa: Upstream) -> None:
        self.one_click = one_click
        self.alexa = alexa


@dataclass(frozen=True, slots=True)
class Embedded:
    """The two services, and what their makers put into the store behind their backs."""

    context: ServiceContext
    one_click: EmbeddedService
    alexa: EmbeddedService

    async def add_buttons(self, *device_ids: str, code: str | None = None) -> None:
        """Manufacture buttons that nobody has claimed yet."""
        await self.context.database.write(
            lambda connection: (
                code is None or add_claim_code(connection, code, 0),
                [register_device(connection, one, "button", code) for one in device_ids],
            )
        )

    async def add_claimed_buttons(self, *device_ids: str) -> None:
        """Manufacture buttons that the source's account has claimed and enabled."""
        code = f"C-{device_ids[0]}"
        await self.add_buttons(*device_ids, code=code)
        await self.one_click.call(ONE_CLICK, "ClaimDevicesByClaimCode", {"ClaimCode": code})
        for one in device_ids:
            await self.one_click.call(ONE_CLICK, "UpdateDeviceState", {"DeviceId": one, "Enabled": True})

    async def add_echo(self, serial_number: str, name: str | None = None, device_type: str = "A3S5BH2HU6VAYF") -> str:
        """Register an Echo device with the source's account and return its ARN."""
        now = milliseconds(self.context.clock())
        arn = device_arn(ALEXA, serial_number, device_type)
        device = NewAlexaDevice(arn, serial_number, device_type, name=name, created_at=now)
        await self.context.database.write(lambda connection: add_device(connection, ALEXA, device, now))
        return arn


def embedded_services(context: ServiceContext) -> Embedded:
    return Embedded(
        context,
        EmbeddedService(load("iot1click-devices"), one_click.OPERATIONS, one_click.PLURAL, one_click.BEYOND, context),
        EmbeddedService(load("alexaforbusiness"), alexa.OPERATIONS, alexa.PLURAL, alexa.BEYOND, context),
    )


def in_process(embedded: Embedded) -> Upstreams:
    return Upstreams(_in_process(BUTTONS, ONE_CLICK, embedded.one_click), _in_process(ECHOES, ALEXA, embedded.alexa))


def _in_process(source: str, tenant: Tenant, service: EmbeddedService) -> InProcessUpstream:
    return InProcessUpstream(
        source, tenant, service.call, service.call_beyond, service.call_many, frozenset(service.beyond)
    )


@asynccontextmanager
async def over_http(embedded: Embedded, clock_ahead: timedelta = timedelta()) -> AsyncIterator[Upstreams]:
    """Serve both services on a real socket and reach them, signed, as any AWS SDK would; needs the `aws_environment`.

    Where HTTP_PROXY is set they are reached by aioboto3 through that proxy, else reads take their own road.

    `clock_ahead` is how far the server's clock, as signatures are checked by, is ahead.
    """

    async def find(access_key_id: str, _peer: str | None) -> Credentials | None:
        return Credentials(EMBEDDED_ACCOUNT, SECRET_ACCESS_KEY) if access_key_id == ACCESS_KEY_ID else None

    def clock() -> datetime:
        return datetime.now(UTC) + clock_ahead

    prefixes = {"/one-click": embedded.one_click, "/alexa-for-business": embedded.alexa}
    doors = service_doors(
        {prefix: ServiceApp(one.model, prefix, one.call, find, clock) for prefix, one in prefixes.items()}
    )
    async with (
        serving(Starlette(routes=doors)) as client,
        open_aws(_settings(BUTTONS, "one-click", f"{client.base_url}/one-click")) as buttons,
        open_aws(_settings(ECHOES, "alexa-for-business", f"{client.base_url}/alexa-for-business")) as echoes,
    ):
        yield Upstreams(*[SharedUpstream(one, frozenset(one.reads)) for one in (buttons, echoes)])


def _settings(name: str, service: Service, endpoint_url: str) -> SourceSettings:
    return SourceSettings(name=name, service=service, endpoint_url=endpoint_url)
