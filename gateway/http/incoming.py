from starlette.types import Receive, Scope

from gateway.execution.result import ErrorCode
from gateway.http.batch import Batch, read_batch
from gateway.http.body import read_body
from gateway.http.cross_site import refuse_cross_site
from gateway.http.headers import Headers
from gateway.http.inflate import inflate
from gateway.http.options import HttpOptions
from gateway.http.preflight import refuse_plain_get
from gateway.http.refusal import HttpRefused, NotWellFormed
from gateway.http.request import GraphQLRequest, graphql_request, read_get, read_json, require_json


async def read_request(
    scope: Scope, headers: Headers, receive: Receive, options: HttpOptions
) -> GraphQLRequest | Batch:
    """Read what an HTTP request asks for. Raise HttpRefused where it may not ask, or cannot be read."""
    method = scope["method"]
    if method not in {"GET", "POST"}:
        message = "GraphQL is served by GET and POST."
        raise HttpRefused(405, ErrorCode.BAD_USER_INPUT, message, {"allow": "GET, POST"})
    refuse_cross_site(
        headers.get("host"), headers.get("origin"), headers.get("sec-fetch-site"), options.allowed_origins
    )
    if method == "POST":
        return await _read_post(headers, receive, options)
    request = read_get(scope["query_string"])
    if not options.plain_get:
        refuse_plain_get(request, headers, options.allowed_origins)
    return request


async def _read_post(headers: Headers, receive: Receive, options: HttpOptions) -> GraphQLRequest | Batch:
    require_json(headers.get("content-type"))
    length = headers.get("content-length")
    body = await read_body(receive, length, options.max_body_bytes, options.deadline_seconds)
    read = read_json(inflate(body, headers.get("content-encoding"), options.max_body_bytes))
    if isinstance(read, list):
        return read_batch(read, options.max_batch)
    if not isinstance(read, dict):
        raise NotWellFormed("The body must be a JSON object.")
    return graphql_request(read)
