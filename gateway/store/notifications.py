"""What PostgreSQL tells of the change log as it happens: a hint to look, which may get lost; the log is the truth."""

import asyncio
from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.observability.event_log import EventLog
from gateway.store.changes import LOG_CHANNEL
from gateway.store.postgres import engine_of

SECONDS_BETWEEN_CONNECTIONS = 5.0

log = EventLog(__name__)


async def listen(url: str, heard: Callable[[], None]) -> None:
    """Call `heard` whenever somebody has written to the log, for ever, over a connection of its own."""
    engine = engine_of(url, pool_size=1)
    try:
        while True:
            try:
                await _listen(engine, heard)
            except Exception as error:  # noqa: BLE001  # whatever it is, the log is read without being told to
                log.warning("nothing is heard of the change log", reason=repr(error))
            await asyncio.sleep(SECONDS_BETWEEN_CONNECTIONS)
    finally:
        await engine.dispose()


async def _listen(engine: AsyncEngine, heard: Callable[[], None]) -> None:
    """Listen until the connection ends."""
    ended = asyncio.Event()
    async with engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        if raw is None:
            return
        raw.add_termination_listener(lambda _: ended.set())
        await raw.add_listener(LOG_CHANNEL, lambda *_: heard())
        heard()
        await ended.wait()
        await connection.invalidate()
