from collections.abc import Collection

from gateway.execution.result import ErrorCode
from gateway.http.deliveries import EVENT_STREAM
from gateway.http.headers import Headers
from gateway.http.refusal import HttpRefused
from gateway.http.request import GraphQLRequest

PREFLIGHT_HEADERS = ("graphql-require-preflight", "apollo-require-preflight", "x-apollo-operation-name")
"""A page can send none of these to another origin before the browser has asked that one."""


def refuse_plain_get(request: GraphQLRequest, headers: Headers, allowed_origins: Collection[str]) -> None:
    """Refuse a GET that brings its own text and could come from a link or an image; raise HttpRefused 403.

    A browser's EventSource can send no header of its own; it is believed where the browser says whose page it is.
    """
    if request.query is None or any(headers.get(name) for name in PREFLIGHT_HEADERS):
        return
    if headers.get("accept") == EVENT_STREAM and _vouched_for(headers, allowed_origins):
        return
    message = f"A GET names its document by hash or id here, or sends the header {PREFLIGHT_HEADERS[0]}."
    raise HttpRefused(403, ErrorCode.FORBIDDEN, message)


def _vouched_for(headers: Headers, allowed_origins: Collection[str]) -> bool:
    return headers.get("sec-fetch-site") == "same-origin" or headers.get("origin") in allowed_origins
