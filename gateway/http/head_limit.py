from itertools import chain

from starlette.types import Scope

from gateway.execution.result import ErrorCode
from gateway.http.refusal import HttpRefused

PER_LINE = 4
"""Bytes of a header beside its name and value."""


def refuse_head(scope: Scope, max_bytes: int) -> HttpRefused | None:
    """Refuse a request whose line and headers are larger than `max_bytes`: 414 for the line alone, else 431."""
    line, headers = len(scope["raw_path"]) + len(scope["query_string"]), scope["headers"]
    size = line + PER_LINE * len(headers) + sum(map(len, chain.from_iterable(headers)))
    return head_too_large(max_bytes, 414 if line > max_bytes else 431) if size > max_bytes else None


def head_too_large(max_bytes: int, status: int = 431) -> HttpRefused:
    message = f"The request's line and headers are larger than {max_bytes} bytes."
    return HttpRefused(status, ErrorCode.LIMIT_EXCEEDED, message, {"connection": "close"}, limit="maximum_headers")
