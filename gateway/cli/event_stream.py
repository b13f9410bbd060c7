"""A subscription over server-sent events, for commands: synchronous, with nothing but the standard library."""

from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import orjson
from msgspec import Struct

QUIET_SECONDS = 60.0
"""A server that says nothing for so long, not even that it is there, is taken to be gone."""


class Cut(Exception):
    """The connection could not be made, or did not last; its message says why."""


class Refused(Exception):
    """The server answered with errors; `codes` are theirs."""

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__("\n".join(str(error.get("message", error)) for error in errors) or "the server refused")
        self.codes = {error.get("extensions", {}).get("code") for error in errors}


class Heard(Struct, frozen=True):
    """What a server sent: a place to resume after, and the data of a payload; at the beginning only the first."""

    cursor: str | None
    data: Mapping[str, Any] | None


def subscribe(url: str, key: str | None, body: Mapping[str, Any], cursor: str | None) -> Iterator[Heard]:
    """Listen to a subscription until it is cut or refused; raise Cut or Refused."""
    headers = {"accept": "text/event-stream", "content-type": "application/json"}
    if key is not None:
        headers["authorization"] = f"Bearer {key}"
    if cursor is not None:
        headers["last-event-id"] = cursor
    try:
        request = Request(f"{url}/graphql", orjson.dumps(body), headers)  # noqa: S310 - the caller has looked at the scheme
        with urlopen(request, timeout=QUIET_SECONDS) as response:  # noqa: S310 - the same
            if response.headers.get_content_type() != "text/event-stream":
                raise Refused(_errors(response.read()))
            yield from _heard(response)
    except HTTPError as refusal:
        with refusal:
            raise Refused(_errors(refusal.read()) or [{"message": str(refusal)}]) from refusal
    except (OSError, HTTPException, ValueError) as error:  # ValueError: no address, or no JSON
        raise Cut(str(error) or type(error).__name__) from error
    raise Cut("the server ended the connection")


def _heard(lines: Iterator[bytes]) -> Iterator[Heard]:
    """Read server-sent events (HTML, "Interpreting an event stream"), as far as this server writes them."""
    cursor, data = None, b""
    for line in lines:
        field, _, value = line.rstrip(b"\r\n").partition(b":")
        if field == b"id":
            cursor = value.strip().decode()
        elif field == b"data":
            data += value.strip()
        elif not field and not value:
            payload = orjson.loads(data) if data else {}
            if payload.get("errors") and payload.get("data") is None:
                raise Refused(payload["errors"])
            if cursor is not None or data:
                yield Heard(cursor, payload.get("data"))
            cursor, data = None, b""


def _errors(body: bytes) -> Sequence[Mapping[str, Any]]:
    try:
        return list(orjson.loads(body)["errors"])
    except (ValueError, TypeError, KeyError):
        return []
