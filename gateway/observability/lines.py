import asyncio
import logging
from typing import BinaryIO


class Lines(logging.Handler):
    """Writes a log by lines. Those of one turn of an event loop leave by one write, at its end.

    Each write by itself costs a small request as much as making up its line. Outside of a loop a line leaves at once.
    """

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._waiting: list[bytes] = []
        self._turn_of: asyncio.AbstractEventLoop | None = None

    def emit(self, record: logging.LogRecord) -> None:
        self._waiting.append(self.format(record).encode(errors="backslashreplace") + b"\n")
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
                self._file.write(lines)
                self._file.flush()
        finally:
            self.release()
