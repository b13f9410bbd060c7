"""`gateway tail` as a process, before a server that comes and goes."""

import json
import os
import pty
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.typed import typed
from tests.clients.server_process import GATEWAY, ServerProcess, environment, served

BUTTON = "G030PM0000000001"
NAME = "Front door"
PATIENCE = 30.0


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory with one button in it."""
    directory = tmp_path / "data"
    assert typed("fleet", "add", "button", BUTTON, "--name", NAME, "--data", str(directory)).code == 0
    return directory


def press(data: Path, *clicks: str) -> None:
    for click in clicks:
        assert typed("fleet", "press", BUTTON, "--click", click, "--data", str(data)).code == 0


@contextmanager
def tailing(
    server: ServerProcess, kept: Path, *arguments: str, output: int = subprocess.PIPE
) -> Iterator[subprocess.Popen[str]]:
    """A `gateway tail` that has begun to listen, which the file of its cursor tells."""
    command = [*GATEWAY, "tail", server.url, "--resume", str(kept), *arguments]
    before = kept.stat().st_mtime_ns if kept.exists() else 0
    process = subprocess.Popen(
        command,
        env=environment({}),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_heed_interrupts,  # noqa: PLW1509  # nothing else is done in it
    )
    try:
        wait_for(lambda: kept.exists() and kept.stat().st_mtime_ns > before)
        yield process
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        assert process.stderr
        assert process.stderr.read() == ""
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()


def _heed_interrupts() -> None:
    """What is run in the background has them ignored, and so has whatever it runs."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_for(condition: object) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():  # type: ignore[operator]  # a function without arguments
        assert time.monotonic() < end
        time.sleep(0.01)


def clicks(process: subprocess.Popen[str], count: int) -> list[str]:
    """The clicks of the next lines."""
    assert process.stdout
    return [json.loads(process.stdout.readline())["event"]["clickType"] for _ in range(count)]


def test_events_come_as_json_lines(data: Path, tmp_path: Path) -> None:
    """In a pipe each event is a line, at once, with its cursor and its device."""
    with served(data) as server, tailing(server, tmp_path / "cursor", "--name", "FRONT") as process:
        press(data, "double")
        assert process.stdout
        line = json.loads(process.stdout.readline())

    assert line.keys() == {"cursor", "event"}
    assert (line["event"]["clickType"], line["event"]["device"]["name"]) == ("DOUBLE", NAME)
    assert (tmp_path / "cursor").read_text() == f"{line['cursor']}\n"


def test_what_is_cut_is_resumed(data: Path, tmp_path: Path) -> None:
    """A server that is killed and comes back is gone on with: what was pressed meanwhile is told, once."""
    with served(data) as first:
        port = str(urlsplit(first.url).port)
        with tailing(first, tmp_path / "cursor") as process:
            press(data, "single")
            before = clicks(process, 1)
            first.kill()
            press(data, "long", "double")
            with served(data, "--port", port):
                press(data, "single")
                after = clicks(process, 3)

    assert (before, after) == (["SINGLE"], ["LONG", "DOUBLE", "SINGLE"])


def test_the_next_run_goes_on_where_this_one_ended(data: Path, tmp_path: Path) -> None:
    """The file keeps the cursor, also of a run that saw nothing."""
    with served(data) as server:
        with tailing(server, tmp_path / "cursor"):
            pass
        press(data, "single", "long")
        with tailing(server, tmp_path / "cursor") as process:
            assert clicks(process, 2) == ["SINGLE", "LONG"]
        press(data, "double")
        with tailing(server, tmp_path / "cursor") as process:
            assert clicks(process, 1) == ["DOUBLE"]


def test_a_terminal_gets_colours_and_obeys_no_name(tmp_path: Path) -> None:
    """People see time, event and device in colours; a name cannot write where it likes."""
    data = tmp_path / "data"
    typed("fleet", "add", "button", BUTTON, "--name", "Do\x1b[2Jor", "--data", str(data))
    master, slave = pty.openpty()
    with served(data) as server, tailing(server, tmp_path / "cursor", output=slave):
        press(data, "long")
        shown = read_line(master)
    os.close(slave)
    os.close(master)

    assert "\x1b[35mLONG" in shown
    assert "Do\ufffd[2Jor" in shown


def read_line(terminal: int) -> str:
    text = b""
    while b"\n" not in text:
        assert select.select([terminal], [], [], PATIENCE)[0]
        text += os.read(terminal, 1000)
    return text.decode()


def test_who_has_enough_may_leave(data: Path, tmp_path: Path) -> None:
    """A pipe that is closed, as by `head`, ends it without a traceback."""
    with served(data) as server, tailing(server, tmp_path / "cursor") as process:
        assert process.stdout
        process.stdout.close()
        press(data, "single")
        assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ftp://127.0.0.1"], "it must begin with http:// or https://"),
        (["http://127.0.0.1:1"], "is the gateway there?"),
        (["http://[::1"], "is the gateway there?"),
        (["http://127.0.0.1:1/\u00e9"], "the address has characters that cannot be sent"),
        (["http://127.0.0.1:1", "--after", "a\nb"], "the cursor has characters that cannot be sent"),
        (["http://127.0.0.1:1", "--resume", "."], "cannot read .: "),
    ],
)
def test_an_address_without_a_gateway_is_told(arguments: Sequence[str], words: str) -> None:
    """It does not wait for ever for what never was."""
    told = typed("tail", *arguments)

    assert (told.code, told.out) == (1, "")
    assert words in told.err


def test_a_key_that_cannot_be_sent_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key from a file, with the end of its line, is refused without a word of it."""
    monkeypatch.setenv("TAIL_KEY", "gwk_secret\n")
    told = typed("tail", "http://127.0.0.1:1")

    assert (told.code, told.err) == (1, "gateway: the key has characters that cannot be sent\n")


def test_where_the_cursor_cannot_be_kept_is_told(data: Path, tmp_path: Path) -> None:
    """The next run could not go on where this one ends, so it ends before anything is told."""
    (tmp_path / "cursor.new").mkdir()
    with served(data) as server:
        told = typed("tail", server.url, "--resume", str(tmp_path / "cursor"))

    assert (told.code, told.out) == (1, "")
    assert told.err == f"gateway: cannot write {tmp_path / 'cursor'}: Is a directory\n"


def test_what_the_server_refuses_is_told(data: Path) -> None:
    """A wrong cursor, source or key is told in the server's words, and not tried again."""
    with served(data) as server:
        told = [typed("tail", server.url, *one).err for one in (["--after", "x"], ["--source", "moon"])]
    with served(data, settings={"GATEWAY_AUTHENTICATION": "required"}) as server:
        told += [typed("tail", server.url, "--key", "gwk_0_0").err]
        assert typed("tail", server.url).code == 1

    assert told == [
        "gateway: after is not a cursor of this subscription.\n",
        "gateway: There is no source named 'moon'.\n",
        "gateway: The API key is not known.\n",
    ]
