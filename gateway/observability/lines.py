import asyncio
from threading import Lock
from typing import BinaryIO


class Lines:
    """A log that is written by lines. Those of one turn of an event loop leave by one write, at its end.

    Each write by itself costs a small request as much as making up its line. Outside of a loop a line leaves at once.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._lock = Lock()
        self._waiting: list[bytes] = []
        self._turn_of: asyncio.AbstractEventLoop | None = None

    def info(self, line: bytes) -> None:
        with self._lock:
            self._waiting.append(line + b"\n")
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._leave()
            return
        if self._turn_of is not loop:
            self._turn_of = loop
            loop.call_soon(self._leave)

    debug = warning = error = critical = info

    def _leave(self) -> None:
        with self._lock:
            self._turn_of = None
            lines, self._waiting = b"".join(self._waiting), []
            if lines:  # a thread may have taken them along
                self._file.write(lines)
                self._file.flush()
