"""How an event of the log is written.

Tracebacks never show local variables: these hold secrets, and what callers sent.
"""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime

import orjson

from gateway.observability.event_log import Event

RED, GREEN, YELLOW, BOLD, DIM = "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[1m", "\x1b[2m"
RESET = "\x1b[0m"
COLOURS = {"info": GREEN, "warning": YELLOW, "error": RED, "critical": RED}


class ForPrograms(logging.Formatter):
    """JSON, an object a line."""

    def format(self, record: logging.LogRecord) -> str:
        event = {
            "timestamp": _time(record),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **_values(record),
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        try:
            return orjson.dumps(event, default=repr, option=orjson.OPT_UTC_Z).decode()
        except TypeError:
            # orjson refuses integers beyond 64 bits and lone surrogates; a log takes what comes.
            return json.dumps({**event, "timestamp": _iso(record)}, default=repr)


class ForPeople(logging.Formatter):
    """A line of words and values; below it the traceback, where there is one."""

    def __init__(self, *, colours: bool) -> None:
        super().__init__()
        self._colours = colours

    def format(self, record: logging.LogRecord) -> str:
        level = record.levelname.lower()
        head = [
            self._styled(_iso(record), DIM),
            self._styled(f"[{level:<7}]", COLOURS.get(level, BOLD)),
            self._styled(_one_line(record.getMessage()), BOLD),
        ]
        line = " ".join([*head, *(f"{name}={_printable(value)}" for name, value in _values(record).items())])
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line

    def _styled(self, text: str, style: str) -> str:
        return f"{style}{text}{RESET}" if self._colours else text


def _values(record: logging.LogRecord) -> Mapping[str, object]:
    """Those of our own events; a library's tells whose it is."""
    return record.values if isinstance(record, Event) else {"logger": record.name}


def _time(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _iso(record: logging.LogRecord) -> str:
    return _time(record).isoformat().replace("+00:00", "Z")


def _one_line(text: str) -> str:
    """Without what a terminal would obey, or take for another line: a library tells what it was sent."""
    return text if text.isprintable() else repr(text)


def _printable(value: object) -> str:
    """In quotes where it could be taken for more than one value, or for another line."""
    text = str(value)
    return text if text.isprintable() and not {*text} & {" ", "=", '"'} else repr(text)
