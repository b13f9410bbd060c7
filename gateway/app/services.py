from msgspec import Struct

from gateway.services import alexa, one_click
from gateway.services.context import ServiceContext
from gateway.services.embedded import EmbeddedService
from gateway.settings.source import SourceSettings
from gateway.wire.service import load


class Services(Struct, frozen=True):
    """The embedded services, by the names that sources call them."""

    one_click: EmbeddedService
    alexa: EmbeddedService

    def of(self, source: SourceSettings) -> EmbeddedService:
        return self.one_click if source.service == "one-click" else self.alexa


def make_services(context: ServiceContext) -> Services:
    return Services(
        EmbeddedService(load("iot1click-devices"), one_click.OPERATIONS, one_click.PLURAL, one_click.BEYOND, context),
        EmbeddedService(load("alexaforbusiness"), alexa.OPERATIONS, alexa.PLURAL, alexa.BEYOND, context),
    )
