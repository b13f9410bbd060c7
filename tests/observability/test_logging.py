"""The log on stderr, read back as an operator's tools would."""

import io
import json
import sys
from collections.abc import Iterator

import pytest
import structlog

from gateway.observability.logging import configure_logging


class Stderr(io.TextIOWrapper):
    """A stream that remembers what was written; a terminal or not."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    def lines(self) -> list[str]:
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode().splitlines()


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """What is configured ends with the test."""
    yield
    structlog.reset_defaults()


def logged(monkeypatch: pytest.MonkeyPatch, form: str | None, *, terminal: bool, **values: object) -> list[str]:
    stderr = Stderr(terminal=terminal)
    monkeypatch.setattr(sys, "stderr", stderr)
    configure_logging(form, "info")
    log = structlog.get_logger()
    log.debug("not this")
    log.info("request", **values)
    return stderr.lines()


def test_programs_read_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where stderr is no terminal each line is one JSON object, of the level asked for and above."""
    [line] = logged(monkeypatch, None, terminal=False, path="/graphql", status=200)

    event = json.loads(line)
    assert event.pop("timestamp").endswith("Z")
    assert event == {"event": "request", "level": "info", "path": "/graphql", "status": 200}


def test_people_read_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal, and wherever it is asked for, lines are for people."""
    [colourful] = logged(monkeypatch, None, terminal=True, path="/graphql")
    [asked_for] = logged(monkeypatch, "console", terminal=False, path="/graphql")

    assert "\x1b[" in colourful
    assert "[info     ] request" in asked_for
    assert asked_for.endswith("path=/graphql")


def test_json_is_asked_for_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the setting says is done, wherever stderr leads to."""
    [line] = logged(monkeypatch, "json", terminal=True)

    assert json.loads(line)["event"] == "request"


@pytest.mark.parametrize("value", [2**70, "\ud800"], ids=["beyond 64 bits", "half a character"])
def test_a_log_takes_whatever_comes(monkeypatch: pytest.MonkeyPatch, value: object) -> None:
    """No value that a device or a caller sent keeps its line out of the log."""
    [line] = logged(monkeypatch, "json", terminal=False, value=value)

    assert json.loads(line)["value"] == value


def test_a_failure_is_told_with_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception stands in the line of its event, without the values of variables."""

    def fail(text: str) -> None:
        raise ValueError(len(text))

    try:
        fail("not for the log".upper())
    except ValueError as error:
        [line] = logged(monkeypatch, "json", terminal=False, exc_info=error)

    told = json.loads(line)["exception"]
    assert told.endswith("ValueError: 15")
    assert "NOT FOR THE LOG" not in told
