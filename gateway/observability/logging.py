import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

from gateway.observability.lines import Lines


def configure_logging(form: str | None, level: str) -> None:
    """Log to stderr as lines for people ("console") or as JSON ("json"); None: by whether stderr is a terminal.

    `level` is the least one logged. Tracebacks never show local variables: these hold secrets and what callers sent.
    """
    for_people = sys.stderr.isatty() if form is None else form == "console"
    written, factory = _for_people() if for_people else _for_programs()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            *written,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=factory,
        cache_logger_on_first_use=True,
    )


@contextmanager
def unlogged() -> Iterator[None]:
    """Log nothing but what is critical, and then as before: for whoever tells in words of its own what it found."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)


def _for_people() -> tuple[list[structlog.typing.Processor], Callable[..., structlog.typing.WrappedLogger]]:
    renderer = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    return [structlog.processors.TimeStamper(fmt="iso", utc=True), renderer], structlog.WriteLoggerFactory(sys.stderr)


def _for_programs() -> tuple[list[structlog.typing.Processor], Callable[..., structlog.typing.WrappedLogger]]:
    """Half of what a small request spends on its line goes into making it up for people."""
    renderer = structlog.processors.JSONRenderer(serializer=_json)
    lines = Lines(sys.stderr.buffer)
    return [_time, structlog.processors.format_exc_info, renderer], lambda *_: lines


def _time(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    event["timestamp"] = datetime.now(UTC)
    return event


def _json(event: structlog.typing.EventDict, default: Callable[[Any], Any]) -> bytes:
    try:
        return orjson.dumps(event, default=default, option=orjson.OPT_UTC_Z)
    except TypeError:
        # orjson refuses integers beyond 64 bits and lone surrogates; a log takes what comes.
        event["timestamp"] = event["timestamp"].isoformat().replace("+00:00", "Z")
        return json.dumps(event, default=default).encode("ascii")
