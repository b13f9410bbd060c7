"""A web frontend of another origin than the gateway's, and what its pages are held against."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

import httpx
from playwright.sync_api import Page, Request

from tests.clients.server_process import GATEWAY, environment, served
from tests.conventions.repository import ROOT

SOURCES: Final = Path(__file__).parent / "javascript"
PACKAGES: Final = "node_modules"
WHOLE: Final = "{ nodes { id } pageInfo { hasNextPage endCursor } }"


@dataclass(frozen=True)
class Frontend:
    """`origin` is one of the gateway's allowed origins, `stranger` serves the same pages and is not.

    `data` is the gateway's directory.
    """

    origin: str
    stranger: str
    gateway: str
    data: Path

    @property
    def graphql(self) -> str:
        return f"{self.gateway}/graphql"

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """What the gateway answers where no client is in between."""
        answer = httpx.post(self.graphql, json={"query": query, "variables": variables}, timeout=30).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    def ids(self, selection: str) -> list[str]:
        """The ids of a whole list, page by page.

        `selection` is a connection with `after: $after` and WHOLE, perhaps within another field.
        """
        found: list[str] = []
        after: str | None = None
        while True:
            data = self.ask(f"query ($after: String) {{ {selection} }}", after=after)
            while "nodes" not in data:
                [data] = data.values()
            found += [node["id"] for node in data["nodes"]]
            if not data["pageInfo"]["hasNextPage"]:
                return found
            after = data["pageInfo"]["endCursor"]


@dataclass(frozen=True)
class ClientPage:
    """A page with a client in it; `asked` is what it asked the gateway's graph, preflights left out."""

    page: Page
    asked: list[Request] = field(default_factory=list)

    def call(self, function: str, *arguments: object) -> Any:  # noqa: ANN401 - JSON is any of its types
        return self.page.evaluate("([name, given]) => client[name](...given)", [function, list(arguments)])

    def methods(self) -> list[str]:
        return [request.method for request in self.asked]


def workshop(directory: Path) -> Path:
    """A copy of the JavaScript in which its tools may write."""
    assert (SOURCES / PACKAGES).is_dir(), "run npm ci in tests/clients/javascript"
    shutil.copytree(SOURCES, directory, ignore=shutil.ignore_patterns(PACKAGES))
    (directory / PACKAGES).symlink_to(SOURCES / PACKAGES)
    shutil.copy(ROOT / "schema.graphql", directory)
    return directory


def run(directory: Path, *command: str) -> str:
    """Run a program there, which must succeed; return what it printed."""
    result = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def build(directory: Path) -> Path:
    """Compile Relay's documents and bundle the clients; return what to serve."""
    run(directory, f"{PACKAGES}/.bin/relay-compiler")
    run(directory, "node", "bundle.js", "site")
    shutil.copy(directory / "index.html", directory / "site")
    return directory / "site"


@contextmanager
def open_frontend(site: Path, data: Path) -> Iterator[Frontend]:
    """The pages on two origins, and a gateway with the demo fleet, at rest, that knows the first of them."""
    subprocess.run([*GATEWAY, "fleet", "demo", "--data", data], env=environment({}), capture_output=True, check=True)
    with ExitStack() as stack:
        origin, stranger = (stack.enter_context(_files(site)) for _ in range(2))
        settings = {"GATEWAY_ALLOWED_ORIGINS": json.dumps([origin])}
        yield Frontend(origin, stranger, stack.enter_context(served(data, settings=settings)).url, data)


def open_page(page: Page, frontend: Frontend, client: str, *, origin: str | None = None) -> ClientPage:
    """A page of that origin, else of the frontend's, that has loaded a client."""
    opened = ClientPage(page)
    page.on("request", lambda request: opened.asked.append(request) if "/graphql" in request.url else None)
    page.goto(f"{origin or frontend.origin}/")
    page.add_script_tag(url=f"/{client}.js")
    return opened


@contextmanager
def _files(directory: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(directory)))
    thread = Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the overridden method's name
        """The test run's own output is enough."""
