import pytest

from gateway.services.alexa import BEYOND, OPERATIONS, PLURAL
from gateway.services.context import ServiceContext
from gateway.services.embedded import EmbeddedService
from gateway.wire.service import load
from tests.services.alexa.fleet import Fleet


@pytest.fixture
def service(context: ServiceContext) -> EmbeddedService:
    return EmbeddedService(load("alexaforbusiness"), OPERATIONS, PLURAL, BEYOND, context)


@pytest.fixture
def fleet(service: EmbeddedService) -> Fleet:
    return Fleet(service)
