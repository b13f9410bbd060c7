from hashlib import blake2b

from gateway.http.response import NOT_MODIFIED, HttpResponse, replaced

UNKEPT = b"private, no-cache"


def etag(body: bytes) -> bytes:
    """A weak one, because a compressed body is another body."""
    return b'W/"' + blake2b(body, digest_size=12).hexdigest().encode() + b'"'


def conditional(response: HttpResponse, if_none_match: str | None, age: int = 0) -> HttpResponse:
    """Let a browser keep an answer to a GET and ask whether it still holds: 304 without a body where it does.

    An answer that the gateway itself keeps may be used unasked as long as that; `age`: the seconds that are gone of it.
    Of any other no cache that others share may keep it, and none may use it unasked: it is one caller's, and devices
    change.
    """
    kept = response.kept
    tag = etag(response.body) if kept is None else kept.etag
    headers = replaced(
        response.headers,
        (b"cache-control", UNKEPT if kept is None else kept.control),
        (b"vary", b"Accept, Authorization, X-Api-Key"),
        (b"etag", tag),
        *([] if kept is None else [(b"age", str(age).encode())]),
    )
    if if_none_match is None or not _names(if_none_match, tag.decode()):
        return HttpResponse(response.status, headers, response.body, kept)
    return HttpResponse(NOT_MODIFIED, [header for header in headers if header[0] != b"content-type"], b"")


def _names(if_none_match: str, tag: str) -> bool:
    """Compare weakly (RFC 9110, 13.1.2)."""
    opaque = tag.removeprefix("W/")
    return any(part.strip().removeprefix("W/") in {opaque, "*"} for part in if_none_match.split(","))
