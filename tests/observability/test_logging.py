"""The log on stderr, read back as an operator's tools would."""

import json
import logging
import sys

import pytest

from gateway.observability.event_log import REQUEST_ID, EventLog
from gateway.observability.logging import configure_logging, unlogged
from tests.logged import Stderr

LOG = EventLog("gateway.http")


def configured(patch: pytest.MonkeyPatch, form: str | None, level: str = "info", *, terminal: bool = False) -> Stderr:
    stderr = Stderr(terminal=terminal)
    patch.setattr(sys, "stderr", stderr)
    configure_logging(form, level)
    return stderr


def test_programs_read_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where stderr is no terminal each line is one JSON object."""
    stderr = configured(monkeypatch, None)
    LOG.info("request", path="/graphql", status=200)

    [line] = stderr.lines()
    event = json.loads(line)
    assert event.pop("timestamp").endswith("Z")
    assert event == {"level": "info", "event": "request", "path": "/graphql", "status": 200}


def test_people_read_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal lines are for people."""
    stderr = configured(monkeypatch, None, terminal=True)
    LOG.info("request", path="/graphql")

    [line] = stderr.lines()
    assert line.endswith("Z\x1b[0m \x1b[32m[info   ]\x1b[0m \x1b[1mrequest\x1b[0m path=/graphql")


def test_lines_for_people_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the setting says is done, wherever stderr leads to; without colours where those are not seen."""
    stderr = configured(monkeypatch, "console")
    LOG.warning("refused", reason='not "a" line\nof its own', number=7)

    [line] = stderr.lines()
    assert line.split(" ", 1)[1] == "[warning] refused reason='not \"a\" line\\nof its own' number=7"


def test_no_library_forges_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a library repeats of what it was sent is one line, and nothing that a terminal obeys."""
    stderr = configured(monkeypatch, "console")
    logging.getLogger("library").warning("bad header %s", "x\n2026-01-01 [info   ] all is well \x1b[2J")

    [line] = stderr.lines()
    assert line.split(" ", 1)[1] == (
        r"[warning] 'bad header x\n2026-01-01 [info   ] all is well \x1b[2J' logger=library"
    )


def test_json_is_asked_for_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the setting says is done, wherever stderr leads to."""
    stderr = configured(monkeypatch, "json", terminal=True)
    LOG.info("request")

    assert [json.loads(line)["event"] for line in stderr.lines()] == ["request"]


def test_what_is_below_the_level_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for warnings reads no requests."""
    stderr = configured(monkeypatch, "json", "warning")
    LOG.info("request")
    LOG.warning("a source cannot be followed")

    assert [json.loads(line)["level"] for line in stderr.lines()] == ["warning"]


def test_what_libraries_tell_is_in_the_same_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """From warnings on, whatever is asked of the gateway itself, and with whose it is."""
    stderr = configured(monkeypatch, "json", "debug")
    logging.getLogger("uvicorn.error").info("started")
    logging.getLogger("uvicorn.error").warning("%d bytes are no request", 7)

    [line] = stderr.lines()
    event = json.loads(line)
    assert (event["logger"], event["level"], event["event"]) == ("uvicorn.error", "warning", "7 bytes are no request")


def test_a_line_names_its_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is logged on behalf of a request has its id, unless it says another."""
    stderr = configured(monkeypatch, "json")
    named = REQUEST_ID.set("abc")
    LOG.info("request")
    LOG.info("call", request_id="def")
    REQUEST_ID.reset(named)
    LOG.info("upkeep")

    assert [json.loads(line).get("request_id") for line in stderr.lines()] == ["abc", "def", None]


def test_who_tells_otherwise_logs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command with words of its own for what it finds is not interrupted by the log, which then goes on."""
    stderr = configured(monkeypatch, "json")
    with unlogged():
        LOG.error("upstream failed")
    LOG.info("request")

    assert [json.loads(line)["event"] for line in stderr.lines()] == ["request"]


@pytest.mark.parametrize(
    ("value", "told"),
    [(2**70, 2**70), ("\ud800", "\ud800"), ({1}, "{1}")],
    ids=["beyond 64 bits", "half a character", "no JSON"],
)
@pytest.mark.parametrize("form", ["json", "console"])
def test_a_log_takes_whatever_comes(monkeypatch: pytest.MonkeyPatch, form: str, value: object, told: object) -> None:
    """No value that a device or a caller sent keeps its line out of the log."""
    stderr = configured(monkeypatch, form)
    LOG.info("request", value=value)

    [line] = stderr.lines()
    assert form == "console" or json.loads(line)["value"] == told


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_failure_is_told_with_its_traceback(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """An exception stands with its event, without the values of variables."""

    def fail(text: str) -> None:
        raise ValueError(len(text))

    stderr = configured(monkeypatch, form)
    try:
        fail("not for the log".upper())
    except ValueError:
        LOG.exception("request failed")

    lines = stderr.lines()
    told = json.loads(lines[0])["exception"] if form == "json" else "\n".join(lines[1:])
    assert told.startswith("Traceback (most recent call last):")
    assert told.endswith("ValueError: 15")
    assert "NOT FOR THE LOG" not in told
