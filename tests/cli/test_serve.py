"""`gateway serve` as it is typed: what it refuses to start with, and how it ends."""

import asyncio
import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text
from starlette.applications import Starlette

from gateway.app.keys import encryption_key
from gateway.app.store import open_store, service_context
from gateway.cli import main
from gateway.cli.listener import Listener, bind
from gateway.services.first_keys import first_access_keys
from gateway.settings.settings import Settings
from gateway.settings.source import EMBEDDED_ACCOUNT
from tests.cli.under_way import QUERY, begin, refuses_connections
from tests.clients.server_process import refused, served

SOURCE = '[[sources]]\nname = "{name}"\nservice = "one-click"\nembedded = true\n'


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command is typed; what it refuses leaves nothing here."""
    for name in [name for name in os.environ if name.startswith("GATEWAY_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told_at_once(*arguments: str) -> str:
    """As `refused`, without a process of its own."""
    result = CliRunner().invoke(main, ["serve", *arguments])
    assert (result.exit_code, result.stdout) == (1, "")
    assert isinstance(result.exception, SystemExit)
    return result.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"port = \n", r"settings file gateway\.toml cannot be read: .*line 1"),
        (b"\xff", r"settings file gateway\.toml cannot be read: .*utf-8"),
        (b"prot = 1\n", "unknown setting prot"),
        (b'port = "many"\n', "setting port: .*integer"),
        (b"page_size = 0\n", "setting page_size: expected integer, from 1"),
        (b'host = "0.0.0.0"\n', "beyond loopback .*GATEWAY_ALLOW_ANONYMOUS"),
        (SOURCE.format(name="hq").encode() * 2, "two sources are named 'hq'"),
        (SOURCE.format(name="h q").encode(), r"setting name of source 1: "),
        (SOURCE.format(name="hq").encode() + b'colour = "red"\n', r"unknown setting colour of source 1"),
        (b'[[sources]]\nname = "hq"\nservice = "one-click"\n', "source 'hq' needs exactly one of .*endpoint_url"),
        (b'[[sources]]\nname = "hq"\nservice = "toaster"\nembedded = true\n', r"setting service of source 1: "),
        (b'database_url = "mysql://localhost/fleet"\n', "setting database_url: expected text like"),
    ],
)
def test_wrong_settings_are_told_by_name(directory: Path, content: bytes, words: str) -> None:
    """Whatever is wrong in gateway.toml is told in a sentence, and nothing is made."""
    (directory / "gateway.toml").write_bytes(content)

    assert re.search(words, told_at_once())
    assert [file.name for file in directory.iterdir()] == ["gateway.toml"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("GATEWAY_PROT", "1", "unknown setting GATEWAY_PROT in the environment"),
        ("GATEWAY_PORT", "99999", "setting port: .*65535"),
        ("GATEWAY_SOURCES", "buttons", "GATEWAY_SOURCES in the environment is not JSON"),
        ("GATEWAY_CONFIG", "nowhere.toml", r"there is no settings file nowhere\.toml"),
    ],
)
def test_a_wrong_environment_is_told_by_name(
    directory: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    """Whatever is wrong in a variable is told in a sentence, and nothing is made."""
    monkeypatch.setenv(name, value)

    assert re.search(words, told_at_once())
    assert [*directory.iterdir()] == []


def test_a_wrong_argument_is_a_matter_of_usage(directory: Path) -> None:
    """What the command line itself cannot understand ends with exit code 2, and nothing is made."""
    result = CliRunner().invoke(main, ["serve", "--port", "many"])

    assert (result.exit_code, "--port" in result.stderr) == (2, True)
    assert [*directory.iterdir()] == []


def test_a_database_that_does_not_answer_is_refused(directory: Path) -> None:
    """With the setting to look at, and no traceback; nothing is made."""
    settings = {"GATEWAY_DATABASE_URL": "postgresql://nobody:secret@127.0.0.1:9/nothing"}

    told = refused(directory, "--port", "0", settings=settings)

    assert re.search("database cannot be used .*GATEWAY_DATABASE_URL", told)
    assert "secret" not in told
    assert [*directory.iterdir()] == []


@pytest.mark.parametrize(
    ("setting", "url"),
    [
        ("rate_store_url", "redis://:hunter/2@127.0.0.1"),
        ("rate_store_url", "redis://127.0.0.1?socket_timeout=hunter"),
        ("database_url", "postgresql://fleet:hunter"),
    ],
)
@pytest.mark.usefixtures("directory")
def test_an_address_that_cannot_be_read_is_not_shown(monkeypatch: pytest.MonkeyPatch, setting: str, url: str) -> None:
    """A password that is not written as addresses have them is taken for a port, and yet shown to nobody."""
    monkeypatch.setenv(f"GATEWAY_{setting.upper()}", url)

    told = told_at_once("--port", "0")
    examined = CliRunner().invoke(main, ["doctor"])

    reason = f"{setting} (GATEWAY_{setting.upper()}) is no address: in a user's name or password, / is written %2F"
    assert told.startswith(f"gateway: {reason}")
    assert (examined.exit_code, reason in examined.output) == (1, True)
    assert "hunter" not in told + examined.output


@pytest.mark.parametrize("command", ["serve", "services"])
def test_a_port_in_use_is_refused(directory: Path, command: str) -> None:
    """With the way out, before anything is made."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        told = refused(directory, "--port", str(port), command=command)

    assert re.search(rf"cannot listen on 127\.0\.0\.1:{port} \(.*in use\).*--port or GATEWAY_PORT", told)
    assert [*directory.iterdir()] == []


@pytest.mark.parametrize("host", ["192.0.2.1", "::zz", "a..b", "a\0b", "x" * 64])
def test_a_host_that_is_not_here_is_refused(directory: Path, host: str) -> None:
    """It is the host that is to be changed, and no port; before anything is made."""
    (directory / "gateway.toml").write_text("allow_anonymous = true\n")

    told = told_at_once("--port", "0", "--host", host)

    assert re.search(r"^gateway: cannot listen on .* \(.*\): name another with --host or GATEWAY_HOST\n$", told)
    assert [file.name for file in directory.iterdir()] == ["gateway.toml"]


def test_a_directory_that_cannot_be_written_is_refused(directory: Path) -> None:
    """With the way out; a file in its place is left alone."""
    (directory / "data").write_text("mine")

    told = refused(directory, "--port", "0")

    assert re.search("data directory data cannot be written .*--data or GATEWAY_DATA", told)
    assert [(file.name, file.read_text()) for file in directory.iterdir()] == [("data", "mine")]


def test_a_second_server_on_a_directory_is_refused(directory: Path) -> None:
    """Of either kind, with the way out; the first one serves on, and its files are as they were."""
    data = directory / "data"
    with served(data) as first:
        before = sorted((file.name, file.stat().st_size) for file in data.iterdir())

        told = refused(directory, "--port", "0", "--data", "data", command="services")

        assert re.search(r"another server uses .*--data.*PostgreSQL \(database_url, GATEWAY_DATABASE_URL\)", told)
        assert sorted((file.name, file.stat().st_size) for file in data.iterdir()) == before
        assert httpx.get(f"{first.url}/ready").json() == {"status": "ready"}


async def store_with_a_key(data: Path) -> None:
    """What a first start makes."""
    settings = Settings(data=data)
    async with open_store(settings) as database:
        context = service_context(settings, database)
        await first_access_keys(context, encryption_key(settings), [EMBEDDED_ACCOUNT])


async def test_a_database_of_a_newer_version_is_refused(directory: Path) -> None:
    """It is named, and left as it was."""
    await store_with_a_key(directory / "data")
    file = directory / "data" / "gateway.db"
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    before = file.read_bytes()

    told = await asyncio.to_thread(refused, directory, "--port", "0")

    assert re.search("revision 9999, .*newer version. Start that version, or name another database", told)
    assert file.read_bytes() == before


async def test_another_secret_key_is_told(directory: Path) -> None:
    """A store whose access keys were made under another key says which setting has to come back."""
    await store_with_a_key(directory / "data")

    told = await asyncio.to_thread(refused, directory, "--port", "0", settings={"GATEWAY_SECRET_KEY": "another" * 5})

    assert re.search("stored under another secret key: .*GATEWAY_SECRET_KEY", told)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("gateway.db", "database cannot be used .*not a database.*data directory"),
        ("secret.key", r"secret\.key is damaged .*from a copy"),
    ],
)
def test_damaged_files_are_told(directory: Path, file: str, words: str) -> None:
    """What is no database and no key is named, and left as it is."""
    (directory / "data").mkdir()
    (directory / "data" / file).write_text("This was something else once.")

    assert re.search(words, refused(directory, "--port", "0"))
    assert (directory / "data" / file).read_text() == "This was something else once."


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("secret.key", "the secret key data/secret.key cannot be read"),
        ("server.lock", "the lock data/server.lock cannot be taken"),
    ],
)
def test_files_of_somebody_else_are_told(directory: Path, file: str, words: str) -> None:
    """What this user may not open, or could not, is named with the way out."""
    (directory / "data" / file).mkdir(parents=True)

    told = told_at_once("--port", "0")

    assert told.startswith(f"gateway: {words} (Is a directory): name another directory with --data or GATEWAY_DATA")


def test_the_first_start_shows_an_access_key(directory: Path) -> None:
    """And no later one does; each tells where everything is."""
    printed, urls = [], []
    for _ in range(2):
        with served(directory / "data") as server:
            printed.append(server.stop())
            urls.append(server.url)

    assert re.search(r"Access key +AKIA[A-Z2-7]{16} +\(account 123456789012\) *\nSecret key +\S{40} *\n", printed[0])
    assert "key" not in printed[1]
    for url, output in zip(urls, printed, strict=True):
        assert re.findall(r"http://\S+", output) == [
            f"{url}/graphql",
            f"{url}/",
            f"{url}/one-click",
            f"{url}/alexa-for-business",
            f"{url}/ingest",
            f"{url}/metrics",
        ]


def test_the_services_alone_have_no_graph(directory: Path) -> None:
    """`gateway services` tells of the two services, of the ingest and of metrics, and serves nothing else."""
    with served(directory / "data", command="services") as server:
        answers = [
            httpx.get(f"{server.url}{path}").status_code for path in ("/graphql", "/", "/ready", "/one-click/devices")
        ]
        printed = server.stop()

    assert answers == [404, 404, 404, 403]
    assert re.findall(r"http://\S+", printed) == [
        f"{server.url}/{door}" for door in ("one-click", "alexa-for-business", "ingest", "metrics")
    ]


def test_what_is_under_way_is_finished(directory: Path) -> None:
    """After SIGTERM nobody new is let in, a slow request gets its answer, and the server ends well."""
    with served(directory / "data") as server, begin(server) as client:
        server.process.send_signal(signal.SIGTERM)
        while not refuses_connections(server):
            assert server.process.poll() is None
        client.sendall(QUERY[10:])
        answer = b"".join(iter(lambda: client.recv(65536), b""))

        assert server.process.wait(20) == 0
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b'{"data":{"__typename":"Query"}}')


def test_a_request_that_never_ends_does_not_keep_the_server(directory: Path) -> None:
    """It gets the grace of the settings, and no more."""
    settings = {"GATEWAY_SHUTDOWN_GRACE": "1"}
    with served(directory / "data", settings=settings) as server, begin(server) as client:
        server.stop()

        assert client.recv(65536).startswith(b"HTTP/1.1 500 ")


@pytest.fixture
def signals() -> Iterator[None]:
    """Put back what listened to signals before."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_is_heard_from_the_first_moment(number: signal.Signals) -> None:
    """A server that has just said where it is stops when it is told to, as one that has served for long."""
    listener, settings = Listener(), Settings(port=0)

    async with asyncio.timeout(10):
        await listener.run(Starlette(), [bind("127.0.0.1", 0)], settings, lambda: signal.raise_signal(number))

    assert listener.stopping()
