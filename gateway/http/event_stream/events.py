"""Server-sent events as text (HTML, "Server-sent events"). Pure."""

from gateway.execution.channel import Payload

MEDIA_TYPE = b"text/event-stream; charset=utf-8"

PING = b":\n\n"
"""A comment, which no client shows."""

COMPLETE = b"event: complete\ndata:\n\n"
"""With data, though it is empty: a browser's EventSource shows no event without."""


def write_next(payload: Payload) -> bytes:
    """Write a payload; its cursor is the event's id, which a browser sends back as Last-Event-ID."""
    id_ = f"id: {payload.cursor}\n".encode() if payload.cursor else b""
    return b"".join((id_, b"event: next\ndata: ", payload.body, b"\n\n"))


def write_position(cursor: str) -> bytes:
    """Write where a stream begins: a client that is cut off before the first payload comes back to there."""
    return f"id: {cursor}\n\n".encode()


def write_shared_next(operation_id: bytes, payload: Payload) -> bytes:
    """Write it for a stream that operations share, which has no position of its own; `operation_id` is JSON."""
    return b"".join((b'event: next\ndata: {"id":', operation_id, b',"payload":', payload.body, b"}\n\n"))


def write_shared_complete(operation_id: bytes) -> bytes:
    return b"".join((b'event: complete\ndata: {"id":', operation_id, b"}\n\n"))
