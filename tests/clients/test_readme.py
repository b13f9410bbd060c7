"""README.md's examples, run as they stand there against the demo fleet."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.clients.server_process import GATEWAY, environment, start_server

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SDK = ROOT / "tests" / "sdk" / ".venv" / "bin" / "python"
REPORTS = {"clickType", "connectionStatus"}


@dataclass(frozen=True)
class Demo:
    """A demo that serves; `data` in `directory` is where its data is, as in the README."""

    url: str
    directory: Path

    def run(self, *command: str, **variables: str) -> str:
        """Run a command as a reader would, in the directory that the server was started in."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            command,
            cwd=self.directory,
            env=environment({"PATH": path, **variables}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

        assert done.returncode == 0, done.stderr
        return done.stdout

    def example(self, heading: str, language: str) -> str:
        """The first block of a language below a heading, with the README's address made this demo's."""
        section = README.partition(f"# {heading}\n")[2]
        found = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
        assert found
        return found[1].replace("http://127.0.0.1:8000", self.url)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    directory = tmp_path_factory.mktemp("demo")
    server = start_server(directory / "data", "--demo")
    yield Demo(server.url, directory)
    server.stop()


def test_the_first_query_is_answered_so(demo: Demo) -> None:
    """A newcomer's first query is answered with the members and the devices that the README shows."""
    query, shown = demo.example("A first query", "graphql"), json.loads(demo.example("A first query", "json"))
    answer = httpx.post(f"{demo.url}/graphql", json={"query": query}).json()

    assert without_what_happens(answer) == without_what_happens(shown)


def test_fetch(demo: Demo) -> None:
    """A page asks for the fleet without any client library."""
    (demo.directory / "example.mjs").write_text(demo.example("fetch", "js"), encoding="utf-8")

    assert demo.run("node", "example.mjs") == "200 20 undefined\n"


def test_boto3(demo: Demo) -> None:
    """The last boto3 that knows both services lists the same fleet."""
    printed = demo.run(*GATEWAY, "access-key", "add")
    key, secret = re.findall(r"key(?: id)? +(\S+)$", printed, re.MULTILINE)
    (demo.directory / "example.py").write_text(demo.example("Connect an AWS SDK", "python"), encoding="utf-8")
    printed = demo.run(str(SDK), "example.py", AWS_ACCESS_KEY_ID=key, AWS_SECRET_ACCESS_KEY=secret)

    *buttons, offline = printed.splitlines()
    assert len(buttons) >= 60
    assert re.fullmatch(r"\d+ \[.*\]", offline)


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_a_click_by_curl(demo: Demo) -> None:
    """A device's own secret is enough to report a click."""
    printed = demo.run("bash", "-ec", demo.example("Connect devices", "sh"))

    assert printed.startswith("HTTP/1.1 204 ")


def test_the_fleet_on_the_command_line(demo: Demo) -> None:
    """The commands work in turn beside the running server, and the doctor finds nothing wrong after them."""
    printed = demo.run("bash", "-ec", demo.example("The fleet on the command line", "sh"))

    assert "wrong" not in printed
    assert "0 added" in printed


def without_what_happens(value: object) -> object:
    """The same with what a demo that lives changes at any moment told by its kind only: numbers, times, reports."""
    if isinstance(value, dict):
        return {name: "a report" if name in REPORTS else without_what_happens(told) for name, told in value.items()}
    if isinstance(value, list):
        return [without_what_happens(member) for member in value]
    if isinstance(value, float):
        return "a number"
    return "a time" if isinstance(value, str) and re.fullmatch(r"\d{4}-.*Z", value) else value
