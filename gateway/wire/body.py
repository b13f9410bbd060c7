"""A request's body, read whole within bounds of size and time."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from gateway.wire.errors import ServiceError

Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]


class ClientGoneError(Exception):
    """The client hung up before its request was whole; nobody is left to answer."""


async def read_body(receive: Receive, max_bytes: int, seconds: float) -> bytes:
    """Read the body's messages.

    Raises ServiceError (RequestEntityTooLarge beyond `max_bytes`, RequestTimeout beyond `seconds`) and ClientGoneError.
    """
    try:
        async with asyncio.timeout(seconds):
            return await _chunks(receive, max_bytes)
    except TimeoutError as error:
        raise ServiceError("RequestTimeout", f"The body did not arrive within {seconds:g} seconds.") from error


async def _chunks(receive: Receive, max_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > max_bytes:
            raise too_large(max_bytes)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def too_large(max_bytes: int) -> ServiceError:
    return ServiceError("RequestEntityTooLarge", f"The body is larger than {max_bytes} bytes.")
