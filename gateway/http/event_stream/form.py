from collections.abc import AsyncGenerator

from gateway.execution.stream import Stream
from gateway.http.endings import ending_payload
from gateway.http.event_stream.events import COMPLETE, MEDIA_TYPE, PING, write_next, write_position
from gateway.http.streamed_response import Form
from gateway.http.streaming import Payloads


async def _chunks(payloads: Payloads) -> AsyncGenerator[bytes, None]:
    if isinstance(payloads, Stream):
        yield write_position(payloads.start_cursor)
    try:
        async for payload in payloads:
            yield write_next(payload)
    except Exception as error:  # noqa: BLE001  # the one exit: whatever it is, it is told, masked where unknown
        yield write_next(ending_payload(error))
    yield COMPLETE


EVENT_STREAM: Form[Payloads] = Form("event stream", MEDIA_TYPE, _chunks, ping=PING, opening=PING)
"""An event stream of one operation ("distinct connections mode")."""
