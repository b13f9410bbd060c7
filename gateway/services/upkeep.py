import asyncio
from datetime import timedelta

from gateway.observability.event_log import EventLog
from gateway.services.context import ServiceContext
from gateway.store.client_requests import KEPT_MILLISECONDS
from gateway.store.retention import delete_changes_before, delete_client_requests_before, delete_events_before

EVERY = timedelta(hours=1)

_log = EventLog(__name__)


async def upkeep(context: ServiceContext, changes_kept: timedelta, every: timedelta = EVERY) -> None:
    """Delete what is older than it is kept for, now and again for ever; a failure is logged and tried again."""
    while True:
        try:
            await _delete(context, changes_kept)
        except Exception:  # noqa: BLE001 - the next hour is another chance, whatever it was
            _log.exception("upkeep failed")
        await asyncio.sleep(every.total_seconds())


async def _delete(context: ServiceContext, changes_kept: timedelta) -> None:
    now = context.clock()
    await delete_events_before(context.database, _milliseconds((now - context.events_kept).timestamp()))
    await delete_changes_before(context.database, _milliseconds((now - changes_kept).timestamp()))
    await delete_client_requests_before(context.database, _milliseconds(now.timestamp()) - KEPT_MILLISECONDS)


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)
