import json
from typing import Any

import orjson

from gateway.execution.result import Result


def write_body(result: Result) -> bytes:
    """Write a result as JSON (GraphQL, "Response")."""
    if result.kept is not None:
        return _with_extensions(result.kept.body, result)
    return write_json(as_json_value(result))


def as_json_value(result: Result) -> dict[str, Any]:
    body: dict[str, Any] = {"errors": result.errors} if result.errors else {}
    if result.executed:
        body["data"] = result.data
    if result.tells_cost and result.cost is not None:
        body["extensions"] = {"cost": result.cost.as_extension()}
    return body


def _with_extensions(body: bytes, result: Result) -> bytes:
    """Add to an object that has been written."""
    if not result.tells_cost or result.cost is None:
        return body
    return body[:-1] + b',"extensions":' + write_json({"cost": result.cost.as_extension()}) + b"}"


def write_json(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:
        # orjson refuses integers beyond 64 bits and lone surrogates; both occur in JSON that devices sent.
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")


def compact(body: bytes) -> bytes:
    """Copy what is to be kept: behind what orjson writes up to 4 KiB are reserved, which would be kept as well."""
    return bytes(memoryview(body))
