"""What travels over a socket, in both directions. Pure."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import orjson
from msgspec import Struct, field

from gateway.execution.body import write_json
from gateway.execution.result import ErrorMember
from gateway.http.refusal import HttpRefused
from gateway.http.request import GraphQLRequest, graphql_request
from gateway.http.websocket.closing import CloseCode, SocketClosed

PROTOCOL = "graphql-transport-ws"

ACKNOWLEDGED = '{"type":"connection_ack"}'
PING = '{"type":"ping"}'
PONG = '{"type":"pong"}'


class ConnectionInit(Struct, frozen=True):
    payload: Mapping[str, Any] = field(default_factory=dict)


class Ping(Struct, frozen=True):
    """Asks for a Pong, which brings the payload back."""

    payload: Mapping[str, Any] | None = None


class Pong(Struct, frozen=True):
    """Answers a Ping, or is a sign of life that nobody asked for."""


class Subscribe(Struct, frozen=True):
    """Asks for an operation of any kind; `id` is the client's."""

    id: str
    request: GraphQLRequest


class Complete(Struct, frozen=True):
    id: str


ClientMessage: TypeAlias = ConnectionInit | Ping | Pong | Subscribe | Complete


def read_message(text: str | None) -> ClientMessage:
    """Read what a client sent, None for bytes; raise SocketClosed 4400 for whatever the protocol does not have."""
    match _read_object(text):
        case {"type": "connection_init", **rest}:
            return ConnectionInit(_payload(rest) or {})
        case {"type": "ping", **rest}:
            return Ping(_payload(rest))
        case {"type": "pong", **rest}:
            _payload(rest)
            return Pong()
        case {"type": "subscribe", "id": str(id_), "payload": dict(payload)} if id_:
            return Subscribe(id_, _request(payload))
        case {"type": "complete", "id": str(id_)} if id_:
            return Complete(id_)
        case {"type": "subscribe" | "complete" as kind}:
            raise _bad_message(f"A {kind} message has an id{', and a payload' if kind == 'subscribe' else ''}.")
    raise _bad_message("A message has a type that the protocol knows.")


def write_pong(payload: Mapping[str, Any] | None) -> str:
    return PONG if payload is None else _text({"type": "pong", "payload": payload})


def next_prefix(id_: str) -> str:
    """What is the same in every `next` of an operation; its body and `}` follow."""
    return f'{{"id":{_text(id_)},"type":"next","payload":'


def write_error(id_: str, errors: tuple[ErrorMember, ...]) -> str:
    return _text({"id": id_, "type": "error", "payload": errors})


def write_complete(id_: str) -> str:
    return _text({"id": id_, "type": "complete"})


def _read_object(text: str | None) -> dict[str, Any]:
    if text is None:
        raise _bad_message("A message is text.")
    try:
        read = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _bad_message("A message is JSON.") from None
    if not isinstance(read, dict):
        raise _bad_message("A message is a JSON object.")
    return read


def _payload(message: Mapping[str, Any]) -> Mapping[str, Any] | None:
    payload = message.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise _bad_message("A payload is an object or null.")
    return payload


def _request(payload: dict[str, Any]) -> GraphQLRequest:
    try:
        return graphql_request(payload)
    except HttpRefused as refusal:
        raise _bad_message(str(refusal)) from None


def _bad_message(reason: str) -> SocketClosed:
    return SocketClosed(CloseCode.BAD_MESSAGE, reason)


def _text(value: object) -> str:
    return write_json(value).decode()
