import zlib

from gateway.execution.result import ErrorCode
from gateway.http.body import too_large
from gateway.http.refusal import HttpRefused, bad_request

GZIP_WRAPPER, ZLIB_WRAPPER, NO_WRAPPER = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
DEFLATE_METHOD = 8


def inflate(body: bytes, content_encoding: str | None, max_bytes: int) -> bytes:
    """Undo the Content-Encoding of a request, gzip or deflate, and never make more than `max_bytes` of it.

    Raise HttpRefused: 415 for another encoding, 413 where it would be more, 400 where it is not whole.
    """
    coding = (content_encoding or "identity").strip().lower()
    if coding == "identity":
        return body
    if coding not in {"gzip", "x-gzip", "deflate"}:
        message = "The body may be compressed by gzip or deflate, once."
        raise HttpRefused(415, ErrorCode.BAD_USER_INPUT, message, {"accept-encoding": "gzip, deflate, identity"})
    inflater = zlib.decompressobj(_deflate_wrapper(body) if coding == "deflate" else GZIP_WRAPPER)
    try:
        inflated = inflater.decompress(body, max_bytes + 1)
    except zlib.error:
        raise bad_request(f"The body is not {coding}.") from None
    if len(inflated) > max_bytes:
        raise too_large(max_bytes)
    if not inflater.eof or inflater.unused_data:
        raise bad_request(f"The body is not {coding} from its first byte to its last.")
    return inflated


def _deflate_wrapper(body: bytes) -> int:
    """HTTP's deflate has zlib's wrapper (RFC 9110, 8.4.1.2); some clients leave it out."""
    has_wrapper = body[:1] != b"" and body[0] & 0x0F == DEFLATE_METHOD and int.from_bytes(body[:2]) % 31 == 0
    return ZLIB_WRAPPER if has_wrapper else NO_WRAPPER
