"""A result → HTTP in plain values. Pure."""

import json
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson
from starlette.types import Message

from gateway.execution.result import Result
from gateway.http.accept import MediaType
from gateway.http.refusal import HttpRefused

HeaderList: TypeAlias = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """`headers` lack the length, which belongs to the body."""

    status: int
    headers: HeaderList
    body: bytes

    def messages(self) -> tuple[Message, Message]:
        """Return it as ASGI sends it."""
        length = (b"content-length", str(len(self.body)).encode())
        start = {"type": "http.response.start", "status": self.status, "headers": [*self.headers, length]}
        return start, {"type": "http.response.body", "body": self.body}


_HEADERS: dict[MediaType, HeaderList] = {
    media_type: [
        (b"content-type", f"{media_type}; charset=utf-8".encode()),
        (b"cache-control", b"no-store"),
        (b"vary", b"Accept"),
        (b"x-content-type-options", b"nosniff"),
    ]
    for media_type in MediaType
}


def write_result(result: Result, media_type: MediaType) -> HttpResponse:
    """Write 200 for what was executed, whatever its errors.

    What was refused before is 400 as application/graphql-response+json, and 200 as application/json, where a status
    speaks of HTTP only (GraphQL over HTTP, "Status Codes").
    """
    status = 200 if result.executed or media_type is MediaType.JSON else 400
    return HttpResponse(status, _HEADERS[media_type], write_body(result))


def write_refusal(refusal: HttpRefused, media_type: MediaType) -> HttpResponse:
    extra = [(name.encode(), value.encode()) for name, value in refusal.headers.items()]
    return HttpResponse(refusal.status, [*_HEADERS[media_type], *extra], write_body(refusal.result))


def write_failure(result: Result, media_type: MediaType) -> HttpResponse:
    """Write a failure of the server's own."""
    return HttpResponse(500, _HEADERS[media_type], write_body(result))


def write_body(result: Result) -> bytes:
    body: dict[str, Any] = {"errors": result.errors} if result.errors else {}
    if result.executed:
        body["data"] = result.data
    try:
        return orjson.dumps(body)
    except TypeError:
        # orjson refuses integers beyond 64 bits and lone surrogates; both occur in JSON that devices sent.
        return json.dumps(body, separators=(",", ":"), allow_nan=False).encode("ascii")
