from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio

from tests.http.front_door import Journal, Serve, serve_front_door
from tests.http.issuer import Issuer
from tests.http.serving import serving


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture
def serve(journal: Journal) -> Serve:
    """Start the front door with the options given as keywords."""
    return partial(serve_front_door, journal)


@pytest_asyncio.fixture
async def issuer() -> AsyncIterator[Issuer]:
    made = Issuer()
    async with serving(made.app()) as client:
        made.url = str(client.base_url).rstrip("/")
        yield made
