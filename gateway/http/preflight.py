from starlette.datastructures import Headers

from gateway.execution.result import ErrorCode
from gateway.http.refusal import HttpRefused
from gateway.http.request import GraphQLRequest

PREFLIGHT_HEADERS = ("graphql-require-preflight", "apollo-require-preflight", "x-apollo-operation-name")
"""A page can send none of these to another origin before the browser has asked that one."""


def refuse_plain_get(request: GraphQLRequest, headers: Headers) -> None:
    """Refuse a GET that brings its own text and could come from a link or an image; raise HttpRefused 403."""
    if request.query is None or any(headers.get(name) for name in PREFLIGHT_HEADERS):
        return
    message = f"A GET names its document by hash or id here, or sends the header {PREFLIGHT_HEADERS[0]}."
    raise HttpRefused(403, ErrorCode.FORBIDDEN, message)
