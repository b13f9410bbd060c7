import pytest

from gateway.services.context import ServiceContext
from gateway.services.embedded import EmbeddedService
from gateway.services.one_click import BEYOND, OPERATIONS, PLURAL
from gateway.wire.service import load
from tests.services.one_click.fleet import Fleet


@pytest.fixture
def service(context: ServiceContext) -> EmbeddedService:
    return EmbeddedService(load("iot1click-devices"), OPERATIONS, PLURAL, BEYOND, context)


@pytest.fixture
def fleet(service: EmbeddedService) -> Fleet:
    return Fleet(service)
