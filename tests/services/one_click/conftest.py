import pytest

from gateway.services.context import ServiceContext
from gateway.services.embedded import EmbeddedService
from tests.services.one_click.fleet import Fleet, one_click_fleet


@pytest.fixture
def fleet(context: ServiceContext) -> Fleet:
    return one_click_fleet(context)


@pytest.fixture
def service(fleet: Fleet) -> EmbeddedService:
    return fleet.service
