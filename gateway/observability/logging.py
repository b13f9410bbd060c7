import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.observability.line_formats import ForPeople, ForPrograms
from gateway.observability.lines import Lines


def configure_logging(form: str | None, level: str) -> None:
    """Log to stderr as lines for people ("console") or as JSON ("json"); None: by whether stderr is a terminal.

    `level` is the least one logged of what the gateway tells; what libraries tell is logged from warnings on.
    """
    terminal = sys.stderr.isatty()
    for_people = terminal if form is None else form == "console"
    lines = Lines(sys.stderr.buffer)
    lines.setFormatter(ForPeople(colours=terminal) if for_people else ForPrograms())
    least = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(handlers=[lines], level=max(least, logging.WARNING), force=True)
    logging.getLogger("gateway").setLevel(least)


@contextmanager
def unlogged() -> Iterator[None]:
    """Log nothing but what is critical, and then as before: for whoever tells in words of its own what it found."""
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
