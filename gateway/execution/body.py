import json
from typing import Any

import orjson

from gateway.execution.result import Result


def write_body(result: Result) -> bytes:
    """Write a result as JSON (GraphQL, "Response")."""
    return write_json(as_json_value(result))


def as_json_value(result: Result) -> dict[str, Any]:
    body: dict[str, Any] = {"errors": result.errors} if result.errors else {}
    if result.executed:
        body["data"] = result.data
    if result.tells_cost and result.cost is not None:
        body["extensions"] = {"cost": result.cost.as_extension()}
    return body


def write_json(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:
        # orjson refuses integers beyond 64 bits and lone surrogates; both occur in JSON that devices sent.
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")
