from collections.abc import Iterator

import pytest

from tests.clients.account import Account, open_account
from tests.clients.boto3_process import Boto3
from tests.clients.site import Site, open_site


@pytest.fixture(scope="session")
def boto3() -> Iterator[Boto3]:
    process = Boto3.start()
    yield process
    process.close()


@pytest.fixture(scope="session")
def site(boto3: Boto3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One gateway for all tests; what keeps them apart is that each has accounts of its own."""
    with open_site(tmp_path_factory.mktemp("data"), boto3) as opened:
        yield opened


@pytest.fixture
def account(site: Site) -> Account:
    return open_account(site)


@pytest.fixture
def neighbour(site: Site) -> Account:
    """Another account of the same gateway."""
    return open_account(site)
