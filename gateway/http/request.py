"""HTTP in plain values → a GraphQL request, or HttpRefused. Pure: no socket, no schema."""

from typing import Any
from urllib.parse import parse_qsl

import orjson
from msgspec import Struct, field

from gateway.execution.lookup import DocumentName
from gateway.execution.result import ErrorCode
from gateway.http.refusal import HttpRefused, NotWellFormed, bad_request

MAX_QUERY_FIELDS = 50


class GraphQLRequest(Struct, frozen=True):
    """The parameters of GraphQL over HTTP, "Request Parameters" and "Persisted Documents".

    An empty operationName or documentId counts as absent. `sha256_hash` is that of `extensions.persistedQuery`.
    """

    query: str | None
    operation_name: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    extensions: dict[str, Any] = field(default_factory=dict)
    document_id: str | None = None
    sha256_hash: str | None = None

    @property
    def asks_for_cost(self) -> bool:
        """Whether `extensions` of the request say `cost: true`: the answer's are to tell what it cost."""
        return self.extensions.get("cost") is True

    @property
    def document(self) -> DocumentName:
        return DocumentName(self.query, self.document_id, self.sha256_hash)


def read_get(query_string: bytes) -> GraphQLRequest:
    """Read the parameters of a GET; `variables` and `extensions` are JSON texts in it. Raise HttpRefused 400."""
    parameters: dict[str, Any] = {}
    for name, value in _query_fields(query_string):
        if name in parameters:
            raise NotWellFormed(f"The parameter '{name}' is given more than once.", argument=name)
        parameters[name] = value
    for name in ("variables", "extensions"):
        parameters[name] = _json(parameters.get(name) or "null", f"The parameter '{name}'", argument=name)
    return graphql_request(parameters)


def read_json(body: bytes) -> object:
    """Read the body of a POST. Raise HttpRefused 400."""
    return _json(body, "The body")


def _query_fields(query_string: bytes) -> list[tuple[str, str]]:
    try:
        text = query_string.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_QUERY_FIELDS)
    except ValueError:
        message = f"The query string must be percent-encoded UTF-8 of at most {MAX_QUERY_FIELDS} fields."
        raise bad_request(message) from None


def require_json(content_type: str | None) -> None:
    """Raise HttpRefused: 415 for another type or charset than JSON in UTF-8."""
    media_type, *parameters = (content_type or "").lower().split(";")
    if media_type.strip() != "application/json":
        raise _unsupported_media("The Content-Type must be application/json.")
    for parameter in parameters:
        key, _, value = parameter.strip().partition("=")
        if key == "charset" and value.strip('"') not in {"utf-8", "utf8"}:
            raise _unsupported_media("The charset must be utf-8.")


def _unsupported_media(message: str) -> HttpRefused:
    return HttpRefused(415, ErrorCode.BAD_USER_INPUT, message)


def _json(text: str | bytes, what: str, **extensions: str) -> Any:  # noqa: ANN401  # JSON is any of its types
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise bad_request(f"{what} is not JSON: {error.msg} at character {error.pos}.", **extensions) from None


def graphql_request(parameters: dict[str, Any]) -> GraphQLRequest:
    """Read the parameters. Raise HttpRefused 400, naming the one that is wrong."""
    extensions = _object(parameters, "extensions")
    request = GraphQLRequest(
        _text(parameters, "query"),
        _text(parameters, "operationName") or None,
        _object(parameters, "variables"),
        extensions,
        _text(parameters, "documentId") or None,
        _sha256_hash(extensions),
    )
    if request.query is None and request.document_id is None and request.sha256_hash is None:
        raise NotWellFormed("The parameter 'query' must be a string.", argument="query")
    return request


def _sha256_hash(extensions: dict[str, Any]) -> str | None:
    """Read the hash of an automatic persisted query, as Apollo's clients send it."""
    match extensions.get("persistedQuery"):
        case None:
            return None
        case {"version": 1, "sha256Hash": str(sha256_hash)} if sha256_hash:
            return sha256_hash
    raise NotWellFormed(
        "extensions.persistedQuery needs `version` 1 and `sha256Hash`, a string.", argument="extensions"
    )


def _text(parameters: dict[str, Any], name: str) -> str | None:
    value = parameters.get(name)
    if value is not None and not isinstance(value, str):
        raise NotWellFormed(f"The parameter '{name}' must be a string or null.", argument=name)
    return value


def _object(parameters: dict[str, Any], name: str) -> dict[str, Any]:
    value = parameters.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise NotWellFormed(f"The parameter '{name}' must be an object or null.", argument=name)
    return value
