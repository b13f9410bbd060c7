import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from gateway.web import DIST

CHROMIUM: Final = Path("/usr/bin/chromium")
ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
REPORT_BREACHES: Final = """
addEventListener('securitypolicyviolation', (breach) =>
  console.error(`policy: ${breach.effectiveDirective} ${breach.blockedURI}`))
"""


@dataclass(frozen=True, slots=True)
class Served:
    """A gateway that listens: where, and a way to stop it before its time."""

    origin: str
    stop: Callable[[], None]


@contextmanager
def serve(data: Path) -> Iterator[Served]:
    """The gateway with its demo fleet, as `gateway serve` starts it."""
    require(DIST / "index.html", "The page has not been built: run `make web`.")
    command = [sys.executable, "-m", "gateway", "serve", "--demo", "--data", data, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as gateway:

        def stop() -> None:
            gateway.terminate()
            gateway.wait()

        assert gateway.stdout is not None
        said = gateway.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        try:
            assert found is not None, said
            yield Served(found.group(), stop)
        finally:
            stop()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A gateway for all tests that leave it as it is."""
    with serve(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Served]:
    """A gateway that the test may stop."""
    with serve(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    require(CHROMIUM, "Chromium is missing: install it with `apt-get install chromium`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that has never been here: no storage, no cache."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, served: Served) -> Iterator[Page]:
    """The page, open. Any request to elsewhere, console error or breach of the policy fails the test."""
    complaints: list[str] = []

    def on_request(request: Request) -> None:
        if not request.url.startswith((f"{served.origin}/", "data:")):
            complaints.append(f"request to {request.url}")

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"console {message.type}: {message.text}")

    context.on("request", on_request)
    context.on("console", on_console)
    context.on("weberror", lambda failure: complaints.append(f"uncaught: {failure.error}"))
    context.add_init_script(REPORT_BREACHES)
    page = context.new_page()
    open_graphiql(page, served.origin)
    yield page

    assert complaints == []


def open_graphiql(page: Page, origin: str) -> None:
    page.goto(origin)
    expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("query Fleet")


def require(path: Path, otherwise: str) -> None:
    if not path.exists():
        pytest.fail(otherwise, pytrace=False)
