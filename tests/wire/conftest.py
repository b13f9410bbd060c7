from collections.abc import Iterator

import pytest

from gateway.wire.service import ServiceModel, load
from tests.wire.sdk import Sdk


@pytest.fixture(scope="session")
def one_click() -> ServiceModel:
    return load("iot1click-devices")


@pytest.fixture(scope="session")
def alexa() -> ServiceModel:
    return load("alexaforbusiness")


@pytest.fixture(scope="session")
def official() -> Iterator[Sdk]:
    sdk = Sdk.official()
    yield sdk
    sdk.close()


@pytest.fixture(scope="session")
def own() -> Iterator[Sdk]:
    sdk = Sdk.with_our_models()
    yield sdk
    sdk.close()


@pytest.fixture(scope="session", params=["official", "own"])
def sdk(request: pytest.FixtureRequest) -> Sdk:
    """Each promise to SDKs is held for the last official one and for the gateway's own."""
    chosen: Sdk = request.getfixturevalue(request.param)
    return chosen
