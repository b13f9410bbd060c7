from gateway.http.response import HeaderList

HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
"""Nothing here is a page to be framed, sniffed or loaded elsewhere; what is one says so with headers of its own."""

NAMES = frozenset(name for name, _ in HEADERS)


def missing_headers(headers: HeaderList) -> HeaderList:
    """What of the headers above a response does not have."""
    there = dict(headers)
    return HEADERS if NAMES.isdisjoint(there) else [header for header in HEADERS if header[0] not in there]
