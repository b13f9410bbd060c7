"""What happens, for whoever operates this: events in words of their own, and values that tell more."""

import logging
import sys
import time
from contextvars import ContextVar
from typing import TypeAlias

Values: TypeAlias = dict[str, object]

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The request, or the socket, that whatever is logged belongs to."""


_UNTOLD = {
    **vars(logging.LogRecord("", logging.NOTSET, "", 0, "", (), None)),
    **dict.fromkeys(("thread", "threadName", "process", "processName")),
}


class Event(logging.LogRecord):
    """A record with values beside its message, which tells no line of code, no thread and no process.

    It is not made as other records are: they look all of that up, and that takes a third of what a line costs.
    """

    values: Values

    def __init__(self, name: str, level: int, event: str, error: BaseException | None, values: Values) -> None:
        told = None if error is None else (type(error), error, error.__traceback__)
        level_name, now = logging.getLevelName(level), time.time()
        vars(self).update(_UNTOLD, name=name, levelno=level, levelname=level_name, msg=event, exc_info=told)
        vars(self).update(created=now, msecs=now % 1 * 1000, values=values)


class EventLog:
    """A logger of the standard library's, for events. An error given as `exc_info` is told with its traceback."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def info(self, event: str, exc_info: BaseException | None = None, **values: object) -> None:
        self._log(logging.INFO, event, exc_info, values)

    def warning(self, event: str, exc_info: BaseException | None = None, **values: object) -> None:
        self._log(logging.WARNING, event, exc_info, values)

    def error(self, event: str, exc_info: BaseException | None = None, **values: object) -> None:
        self._log(logging.ERROR, event, exc_info, values)

    def exception(self, event: str, **values: object) -> None:
        """Log the error that is being handled."""
        self._log(logging.ERROR, event, sys.exception(), values)

    def _log(self, level: int, event: str, error: BaseException | None, values: Values) -> None:
        if not self._logger.isEnabledFor(level):
            return
        request_id = REQUEST_ID.get()
        if request_id is not None:
            values.setdefault("request_id", request_id)
        self._logger.handle(Event(self._logger.name, level, event, error, values))
