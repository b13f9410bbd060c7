from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.clients.account import Account, open_account
from tests.clients.boto3_process import Boto3
from tests.clients.frontend import Frontend, build, open_frontend, workshop
from tests.clients.presses import Button, button_of
from tests.clients.site import Site, open_site
from tests.web.conftest import ARGUMENTS, CHROMIUM, require


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


@pytest.fixture(scope="session")
def frontend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Frontend]:
    """One for all tests; those that change a device change it back."""
    directory = tmp_path_factory.mktemp("frontend")
    with open_frontend(build(workshop(directory / "javascript")), directory / "data") as opened:
        yield opened


@pytest.fixture(scope="session")
def button(frontend: Frontend) -> Button:
    """A button of that gateway, to be pressed."""
    return button_of(frontend)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For a module only: while it is open no other event loop can run."""
    require(CHROMIUM, "Chromium is missing: install it with `apt-get install chromium`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that has never been here; what goes wrong in it uncaught fails the test."""
    context = browser.new_context()
    context.set_default_timeout(15_000)
    failures: list[str] = []
    context.on("weberror", lambda failure: failures.append(str(failure.error)))
    yield context.new_page()
    context.close()

    assert failures == []
