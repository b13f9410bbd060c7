import asyncio
import logging
from contextlib import suppress
from typing import BinaryIO


class Lines(logging.Handler):
    """Writes a log by lines. Those of one turn of an event loop leave by one write, at its end.

    Each write by itself costs a small request as much as making up its line. Outside of a loop a line leaves at once.
    Nothing that goes wrong here is anything to whoever logs: what cannot be told is told as logging does, and what
    cannot be written is lost. To log that would only be written in vain again.
    """

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._waiting: list[bytes] = []
        self._turn_of: asyncio.AbstractEventLoop | None = None

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception:  # noqa: BLE001 - whatever a value's repr raises, or a format that is not for its arguments
            self.handleError(record)
            return
        self._waiting.append(line.encode(errors="backslashreplace") + b"\n")
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
            return
        if self._turn_of is not loop:
            self._turn_of = loop
            loop.call_soon(self.flush)

    def flush(self) -> None:
        self.acquire()
        try:
            self._turn_of = None
            lines, self._waiting = b"".join(self._waiting), []
            if lines:  # a thread may have taken them along
                with suppress(OSError):
                    self._file.write(lines)
                    self._file.flush()
        finally:
            self.release()
