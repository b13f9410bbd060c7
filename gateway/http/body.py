from starlette.types import Receive

from gateway.execution.deadline import within
from gateway.execution.result import ErrorCode
from gateway.http.refusal import HttpRefused


class Disconnected(Exception):
    """The client left before its request was whole; there is no one to answer."""


async def read_body(receive: Receive, content_length: str | None, max_bytes: int, deadline_seconds: float) -> bytes:
    """Read a request's body. Raise HttpRefused: 413 beyond `max_bytes`, 408 when it does not arrive in time."""
    if content_length is not None and content_length.isdecimal() and int(content_length) > max_bytes:
        raise too_large(max_bytes)
    try:
        return await within(deadline_seconds, _receive_all(receive, max_bytes))
    except TimeoutError:
        message = f"The body did not arrive within {deadline_seconds:g} seconds."
        raise HttpRefused(408, ErrorCode.DEADLINE_EXCEEDED, message, {"connection": "close"}) from None


async def _receive_all(receive: Receive, max_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > max_bytes:
            raise too_large(max_bytes)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def too_large(max_bytes: int) -> HttpRefused:
    message = f"The body is larger than {max_bytes} bytes."
    return HttpRefused(413, ErrorCode.LIMIT_EXCEEDED, message, {"connection": "close"}, limit="maximum_body")
