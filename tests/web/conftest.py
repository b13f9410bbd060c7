import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Final

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from gateway.web import DIST
from tests.web.stub_gateway import stub_gateway

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
def serve() -> Iterator[Served]:
    """The only place that knows what serves the page."""
    require(DIST / "index.html", "The page has not been built: run `npm ci && npm run build` in gateway/web.")
    listener = socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(stub_gateway(), log_level="warning", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})

    def stop() -> None:
        server.should_exit = True
        thread.join()
        listener.close()

    listener.listen()
    thread.start()
    try:
        yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}", stop)
    finally:
        stop()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A gateway for all tests that leave it as it is."""
    with serve() as running:
        yield running


@pytest.fixture
def mortal() -> Iterator[Served]:
    """A gateway that the test may stop."""
    with serve() as running:
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
