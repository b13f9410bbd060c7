"""`gateway fleet` as a process: on a terminal, in a pipe, beside a server."""

import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.clients.server_process import GATEWAY, ServerProcess, environment, refused, served
from tests.services.fleet.files import button, printed

FRONT_DOOR = "G030PM0123456789"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "fleet.json").write_bytes(printed("Devices", *(button(number) for number in range(50))))
    return tmp_path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with served(tmp_path / "data") as server:
        yield server


def run(directory: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Type a command that is to succeed, in a pipe."""
    result = subprocess.run(
        [*GATEWAY, *arguments],
        cwd=directory,
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result


def on_terminal(directory: Path, *arguments: str) -> str:
    """Type a command on a terminal; return all that it shows."""
    terminal, inside = pty.openpty()
    with subprocess.Popen(
        [*GATEWAY, *arguments],
        cwd=directory,
        env=environment({"TERM": "xterm-256color"}),
        stdin=inside,
        stdout=inside,
        stderr=inside,
    ) as process:
        os.close(inside)
        shown = b"".join(_read(terminal))
        os.close(terminal)

    assert process.returncode == 0, shown
    return shown.decode()


def _read(terminal: int) -> Iterator[bytes]:
    """Until the other side is closed, which Linux tells as an error."""
    try:
        while part := os.read(terminal, 65536):
            yield part
    except OSError:
        return


def graph(server: ServerProcess, query: str) -> dict[str, object]:
    answer = httpx.post(f"{server.url}/graphql", json={"query": query}, timeout=30).json()
    assert "errors" not in answer, answer
    return dict(answer["data"])


def one_click_status(server: ServerProcess, key: str, secret: str) -> int:
    """Sign a request for the list of buttons; return the answer's status."""
    request = AWSRequest("GET", f"{server.url}/one-click/devices", headers={"Host": urlsplit(server.url).netloc})
    SigV4Auth(Credentials(key, secret), "iot1click", "us-west-2").add_auth(request)
    return httpx.get(request.url, headers=dict(request.headers.items()), timeout=30).status_code


def test_long_work_shows_a_bar_on_a_terminal(directory: Path) -> None:
    """How much is done, of how much; then the counts."""
    shown = on_terminal(directory, "fleet", "import", "fleet.json")

    assert "Importing" in shown
    assert "50/50" in shown
    assert "buttons: 50 added, 0 updated, 0 unchanged" in shown


def test_long_work_shows_no_bar_in_a_pipe(directory: Path) -> None:
    """Neither where the answer goes nor beside it."""
    imported = run(directory, "fleet", "import", "fleet.json")
    exported = run(directory, "fleet", "export")

    assert (imported.stdout, imported.stderr) == ("buttons: 50 added, 0 updated, 0 unchanged\n", "")
    assert exported.stderr == ""
    assert len(json.loads(exported.stdout)["list-devices"]["Devices"]) == 50


def test_an_import_that_is_killed_has_imported_nothing(directory: Path) -> None:
    """Killed while its rows are being written; the next one finds the store as it was."""
    (directory / "large.json").write_bytes(printed("Devices", *(button(number) for number in range(8_000))))
    run(directory, "fleet", "import", "fleet.json")
    log = directory / "data" / "gateway.db-wal"
    with subprocess.Popen([*GATEWAY, "fleet", "import", "large.json"], cwd=directory, env=environment({})) as process:
        while process.poll() is None and not (log.exists() and log.stat().st_size > 1_000_000):
            time.sleep(0.001)
        process.kill()
    exported = json.loads(run(directory, "fleet", "export").stdout)
    again = run(directory, "fleet", "import", "large.json").stdout

    assert process.returncode == -signal.SIGKILL
    assert len(exported["list-devices"]["Devices"]) == 50
    assert again == "buttons: 7950 added, 0 updated, 50 unchanged\n"


def test_a_server_sees_what_is_done_beside_it(directory: Path, server: ServerProcess) -> None:
    """A demo, a press and an import are in the graph as soon as the command ends."""
    assert graph(server, "{ devices(first: 1) { nodes { id } } }") == {"devices": {"nodes": []}}
    run(directory, "fleet", "demo", "--data", "data")
    run(directory, "fleet", "press", FRONT_DOOR, "--click", "long", "--data", "data")
    run(directory, "fleet", "import", "fleet.json", "--data", "data")
    found = graph(
        server,
        """{
          devices(filter: { nameContains: "front door" }) {
            nodes { ... on OneClickDevice { deviceId events(first: 1) { nodes { ... on ClickEvent { clickType } } } } }
          }
          all: devices { totalCount }
        }""",
    )

    assert found == {
        "devices": {"nodes": [{"deviceId": FRONT_DOOR, "events": {"nodes": [{"clickType": "LONG"}]}}]},
        "all": {"totalCount": 66 + 40 + 50},
    }


def test_a_server_takes_and_refuses_keys_made_beside_it(directory: Path, server: ServerProcess) -> None:
    """From the very next request on."""
    made = run(directory, "access-key", "add", "--data", "data").stdout.splitlines()
    key, secret = made[1].split()[-1], made[2].split()[-1]
    before = one_click_status(server, key, secret)
    run(directory, "access-key", "revoke", key, "--data", "data")

    assert before == 200
    assert one_click_status(server, key, secret) == 403


def test_a_fleet_is_kept_in_postgresql(directory: Path, postgres_url: str) -> None:
    """Every command takes the database that the settings name."""
    demo = run(directory, "fleet", "demo", GATEWAY_DATABASE_URL=postgres_url).stdout
    run(directory, "fleet", "press", FRONT_DOOR, GATEWAY_DATABASE_URL=postgres_url)
    imported = run(directory, "fleet", "import", "fleet.json", GATEWAY_DATABASE_URL=postgres_url).stdout
    exported = json.loads(run(directory, "fleet", "export", GATEWAY_DATABASE_URL=postgres_url).stdout)

    assert demo.startswith("The demo fleet is ready.")
    assert imported == "buttons: 50 added, 0 updated, 0 unchanged\n"
    assert len(exported["list-devices"]["Devices"]) == 66 + 50
    assert len(exported["search-devices"]["Devices"]) == 40


def test_a_demo_is_not_served_from_a_fleet_of_ones_own(directory: Path) -> None:
    """The server does not start, and says which option helps."""
    run(directory, "fleet", "import", "fleet.json")

    assert "the demo fleet goes into an empty one (--data DIR)" in refused(directory, "--demo", "--port", "0")
    assert len(json.loads(run(directory, "fleet", "export").stdout)["list-devices"]["Devices"]) == 50


def test_a_demo_lives_while_it_is_served(directory: Path) -> None:
    """Without anybody pressing, the newest event becomes a newer one; what can be claimed is printed."""
    with served(directory / "data", "--demo") as server:
        newest = "{ devices(first: 100, orderBy: [{ field: NAME }]) { nodes { events(first: 1) { nodes { id } } } } }"
        first = graph(server, newest)
        while graph(server, newest) == first:
            time.sleep(0.1)
        output = server.stop()

    assert "Unused claim codes" in output
    assert "Buttons to claim" in output
