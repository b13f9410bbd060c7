"""A result → HTTP in plain values. Pure."""

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct
from starlette.types import Message

from gateway.cache.response import Kept
from gateway.execution.body import write_body
from gateway.execution.result import Result
from gateway.http.accept import MediaType
from gateway.http.cost_headers import cost_headers
from gateway.http.refusal import HttpRefused
from gateway.http.status import StatusProfile, media_type_of, refusal_status, status_of

NOT_MODIFIED = 304
UNAUTHORIZED = 401
CHALLENGE = (b"www-authenticate", b"Bearer")
"""Comes with every 401 (RFC 9110, 15.5.2)."""

HeaderList: TypeAlias = list[tuple[bytes, bytes]]


class HttpResponse(Struct, frozen=True):
    """`headers` lack the length, which belongs to the body. `kept`: where the body is that of a kept answer."""

    status: int
    headers: HeaderList
    body: bytes
    kept: Kept | None = None

    def messages(self) -> tuple[Message, Message]:
        """Return it as ASGI sends it; a 304 has no length, which would be that of what the client has."""
        length = [] if self.status == NOT_MODIFIED else [(b"content-length", str(len(self.body)).encode())]
        start = {"type": "http.response.start", "status": self.status, "headers": [*self.headers, *length]}
        return start, {"type": "http.response.body", "body": self.body}


_HEADERS: dict[MediaType, HeaderList] = {
    media_type: [
        (b"content-type", f"{media_type}; charset=utf-8".encode()),
        (b"cache-control", b"no-store"),
        (b"vary", b"Accept"),
    ]
    for media_type in MediaType
}


def write_result(result: Result, media_type: MediaType, profile: StatusProfile = StatusProfile.DEFAULT) -> HttpResponse:
    """Write what came of one request, under the status that its profile gives it."""
    status = status_of(result, media_type, profile)
    headers = _HEADERS[media_type_of(status, media_type, profile)]
    if result.cost is not None:
        headers = [*headers, *cost_headers(result.cost)]
    if status == UNAUTHORIZED:
        headers = [*headers, CHALLENGE]
    return HttpResponse(status, headers, write_body(result), None if result.tells_cost else result.kept)


def write_results(results: Sequence[Result], media_type: MediaType) -> HttpResponse:
    """Write what came of a batch, in order: 200 whatever came of each (GraphQL over HTTP, "Request Batching").

    The headers tell what all of it cost.
    """
    body = b"[" + b",".join(write_body(result) for result in results) + b"]"
    headers = _HEADERS[media_type]
    costs = [result.cost for result in results if result.cost is not None]
    if costs:
        whole = costs[0].of(sum(cost.requested for cost in costs), sum(cost.actual for cost in costs))
        headers = [*headers, *cost_headers(whole)]
    return HttpResponse(200, headers, body)


def write_refusal(
    refusal: HttpRefused, media_type: MediaType, profile: StatusProfile = StatusProfile.DEFAULT
) -> HttpResponse:
    extra = [(name.encode(), value.encode()) for name, value in refusal.headers.items()]
    status = refusal_status(refusal, profile)
    headers = _HEADERS[media_type_of(status, media_type, profile)]
    return HttpResponse(status, [*headers, *extra], write_body(refusal.result))


def write_failure(result: Result, media_type: MediaType) -> HttpResponse:
    """Write a failure of the server's own."""
    return HttpResponse(500, _HEADERS[media_type], write_body(result))


def replaced(headers: HeaderList, *new: tuple[bytes, bytes]) -> HeaderList:
    """The headers with these in place of those of the same name."""
    names = {name for name, _ in new}
    return [*(header for header in headers if header[0] not in names), *new]
