import asyncio
import zlib

from gateway.http.response import HttpResponse, replaced

MINIMUM_BYTES = 1024
"""What is smaller fits into one packet as it is."""
THREAD_BYTES = 128 * 1024
"""What is larger is compressed beside the event loop."""
LEVEL = 4
GZIP_WRAPPER = 16 + zlib.MAX_WBITS


async def compressed(response: HttpResponse, accept_encoding: str | None) -> HttpResponse:
    """Compress an answer by gzip for those who take it.

    That its length then tells something of what is in it helps nobody (BREACH): a page of another origin gets no
    request through, there are no cookies, and an answer holds no secret.
    """
    if len(response.body) < MINIMUM_BYTES:
        return response
    vary = next((value for name, value in response.headers if name == b"vary"), b"")
    headers = replaced(response.headers, (b"vary", vary + b", Accept-Encoding" if vary else b"Accept-Encoding"))
    if not accepts_gzip(accept_encoding):
        return HttpResponse(response.status, headers, response.body)
    kept = response.kept
    body = None if kept is None else kept.compressed
    if body is None:
        body = await _compress(response.body)
    if kept is not None:
        kept.compressed = body
    return HttpResponse(response.status, [*headers, (b"content-encoding", b"gzip")], body)


def accepts_gzip(accept_encoding: str | None) -> bool:
    """Whether gzip, or anything, is taken with a quality above 0 (RFC 9110, 12.5.3)."""
    if not accept_encoding:
        return False
    qualities = dict(_coding(part) for part in accept_encoding.lower().split(","))
    return qualities.get("gzip", qualities.get("*", False))


def _coding(part: str) -> tuple[str, bool]:
    name, _, parameter = part.partition(";")
    weight = parameter.strip().removeprefix("q=").strip()
    return name.strip(), weight.strip("0.") != "" or weight == ""


async def _compress(body: bytes) -> bytes:
    return _gzip(body) if len(body) < THREAD_BYTES else await asyncio.to_thread(_gzip, body)


def _gzip(body: bytes) -> bytes:
    return zlib.compress(body, LEVEL, GZIP_WRAPPER)
