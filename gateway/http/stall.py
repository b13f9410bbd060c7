import asyncio

from gateway.observability.event_log import EventLog

log = EventLog(__name__)

STALL_SECONDS = 30.0


class Stall:
    """Drops a client that has taken not a byte of what waits for it in `seconds`; a slow one is not dropped."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._loop = loop
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, transport: asyncio.Transport) -> None:
        """Call it when writing is paused, and when nothing more is written: a transport closes once all is taken."""
        self.end()
        waiting = transport.get_write_buffer_size()
        if waiting:
            self._timer = self._loop.call_later(self._seconds, self._drop_unless_read, transport, waiting)

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _drop_unless_read(self, transport: asyncio.Transport, waiting: int) -> None:
        if transport.get_write_buffer_size() < waiting:
            self.begin(transport)
        else:
            log.info(
                "connection dropped", reason="the client does not read", client=transport.get_extra_info("peername")
            )
            transport.abort()
