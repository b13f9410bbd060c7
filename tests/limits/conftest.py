from collections.abc import Iterator

import pytest

from tests.valkey import valkey_server


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """The URL of a real Valkey."""
    with valkey_server() as server:
        yield server.connection_url
