from hashlib import blake2b

from gateway.http.response import NOT_MODIFIED, HttpResponse, replaced


def conditional(response: HttpResponse, if_none_match: str | None) -> HttpResponse:
    """Let a browser keep an answer to a GET and ask whether it still holds: 304 without a body where it does.

    No cache that others share may keep it, and none may use it unasked: it is one caller's, and devices change. The tag
    is a weak one, because a compressed body is another body.
    """
    tag = b'W/"' + blake2b(response.body, digest_size=12).hexdigest().encode() + b'"'
    headers = replaced(
        response.headers,
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"Accept, Authorization, X-Api-Key"),
        (b"etag", tag),
    )
    if if_none_match is None or not _names(if_none_match, tag.decode()):
        return HttpResponse(response.status, headers, response.body)
    return HttpResponse(NOT_MODIFIED, [header for header in headers if header[0] != b"content-type"], b"")


def _names(if_none_match: str, tag: str) -> bool:
    """Compare weakly (RFC 9110, 13.1.2)."""
    opaque = tag.removeprefix("W/")
    return any(part.strip().removeprefix("W/") in {opaque, "*"} for part in if_none_match.split(","))
