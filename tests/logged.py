"""What the gateway logs."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gateway.observability.lines import Lines


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


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        event = {"event": record.getMessage(), "log_level": record.levelname.lower(), **vars(record)["values"]}
        if record.exc_info:
            event["exc_info"] = record.exc_info[1]
        self.events.append(event)


@contextmanager
def capture_logs() -> Iterator[list[dict[str, Any]]]:
    """Events as they come: values, `event`, `log_level`, and `exc_info` where there is an error."""
    logger, kept = logging.getLogger("gateway"), _Kept()
    level = logger.level
    logger.addHandler(kept)
    logger.setLevel(logging.DEBUG)
    try:
        yield kept.events
    finally:
        logger.setLevel(level)
        logger.removeHandler(kept)


@contextmanager
def capture_text() -> Iterator[io.StringIO]:
    """What libraries say from INFO on, and the gateway, as plain lines."""
    logger, text = logging.getLogger(), io.StringIO()
    level, handler = logger.level, logging.StreamHandler(text)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield text
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)


def log_as_before() -> None:
    """Forget what `configure_logging` did."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, Lines)]:
        root.removeHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("gateway").setLevel(logging.NOTSET)
