import pytest

from gateway.model.seal import Sealer
from gateway.services.context import ServiceContext
from gateway.store.database import Database
from tests.clock import Clock


@pytest.fixture
def context(database: Database, clock: Clock) -> ServiceContext:
    return ServiceContext(database, clock, Sealer(bytes(32)))
