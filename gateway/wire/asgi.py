"""One AWS service as an ASGI app: read → authenticate → parse → call → serialise, with every error in its protocol."""

import uuid
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from gateway.model.tenant import Tenant
from gateway.observability.event_log import EventLog
from gateway.wire.authorization import read_authorization
from gateway.wire.body import ClientGoneError, Receive, read_body, too_large
from gateway.wire.errors import ServiceError, throttled, unknown_operation
from gateway.wire.message import Request, Response
from gateway.wire.protocol import WireProtocol
from gateway.wire.protocols import PROTOCOLS
from gateway.wire.service import ServiceModel
from gateway.wire.signature import verify

Scope: TypeAlias = MutableMapping[str, Any]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MAX_BODY_BYTES = 1 << 20
_BODY_UNREAD = frozenset({"RequestEntityTooLarge", "RequestTimeout"})
_log = EventLog(__name__)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an access key stands for: the account, and the secret that its requests are signed with."""

    account: str
    secret: str = field(repr=False)


Call: TypeAlias = Callable[[Tenant, str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""Carries an operation out: its name and its parameters by SDK names, to its output by SDK names; ServiceError."""

FindCredentials: TypeAlias = Callable[[str, str | None], Awaitable[Credentials | None]]
"""Finds what an access key id stands for; the second argument is the peer's host, where it is known. May refuse."""

Clock: TypeAlias = Callable[[], datetime]
"""Tells the time as an aware datetime."""

Admit: TypeAlias = Callable[[str, str | None], Awaitable[bool]]
"""Counts a well signed call of an access key id from a peer, and tells whether it may be made now."""

Mistaken: TypeAlias = Callable[[str, str | None], Awaitable[None]]
"""Is told of a call from a peer whose access key id is not known, or whose signature is not good."""

Refused: TypeAlias = Callable[[ServiceError], None]
"""Is told of a request that was answered with an error before it reached its operation."""


async def _admit_all(_access_key_id: str, _peer: str | None) -> bool:
    return True


async def _ignore(_access_key_id: str, _peer: str | None) -> None:
    return


def _say_nothing(_error: ServiceError) -> None:
    return


class ServiceApp(Struct, frozen=True):
    """Answers a service's operations under `prefix` ("" or "/one-click"), with and without a slash after it.

    The path is the scope's `raw_path`, whole: prefix included it is what was signed, prefix removed it is routed. The
    tenant is the key's account in the region that the signature is scoped to. Parameters are parsed, not checked.
    """

    model: ServiceModel
    prefix: str
    call: Call
    credentials: FindCredentials
    clock: Clock
    admit: Admit = _admit_all
    mistaken: Mistaken = _ignore
    refused: Refused = _say_nothing
    max_body_bytes: int = MAX_BODY_BYTES
    body_seconds: float = 20.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        request_id = str(uuid.uuid4())
        try:
            response = await self._respond(scope, receive, request_id)
        except ClientGoneError:
            return
        await send_response(response, request_id, send)

    async def _respond(self, scope: Scope, receive: Receive, request_id: str) -> Response:
        try:
            return await self._answer_or_refuse(scope, receive)
        except ClientGoneError:
            raise
        except Exception:  # noqa: BLE001 - the last exit: the log gets all of it, the client none
            _log.exception("a service call failed", service=self.model.name, request_id=request_id)
            return self._refusal(ServiceError(self.model.internal_failure, "Internal server error"))

    async def _answer_or_refuse(self, scope: Scope, receive: Receive) -> Response:
        try:
            return await self._answer(scope, receive)
        except ServiceError as error:
            return self._refusal(error)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        head = _request_head(scope, self.prefix)
        if head.method == "OPTIONS" and (methods := self._protocol.allowed_methods(self.model, head)):
            return Response(200, (("allow", ", ".join(methods)),), b"")
        try:
            tenant, operation, params = await self._read(head, scope, receive)
        except ServiceError as error:
            self.refused(error)
            raise
        output = await self.call(tenant, operation, params)
        return self._protocol.serialize_response(self.model.operations[operation], output)

    async def _read(self, head: Request, scope: Scope, receive: Receive) -> tuple[Tenant, str, Mapping[str, Any]]:
        """Who asks for which operation, and its parameters."""
        if _declared_length(head) > self.max_body_bytes:
            raise too_large(self.max_body_bytes)
        body = await read_body(receive, self.max_body_bytes, self.body_seconds)
        request = replace(head, body=body)
        tenant = await self._authenticate(request, scope)
        return tenant, *self._protocol.parse_request(self.model, request)

    async def _authenticate(self, request: Request, scope: Scope) -> Tenant:
        authorization = read_authorization(request)
        key, client = authorization.access_key_id, scope.get("client")
        peer = client[0] if client else None
        found = await self.credentials(key, peer)
        try:
            if found is None:
                raise _unrecognized()
            verify(request, authorization, found.secret, self.model.signing_name, self.clock())
        except ServiceError:
            await self.mistaken(key, peer)
            raise
        if not await self.admit(key, peer):
            raise throttled()
        return Tenant(account=found.account, region=authorization.region)

    @property
    def _protocol(self) -> WireProtocol:
        return PROTOCOLS[self.model.protocol]

    def _refusal(self, error: ServiceError) -> Response:
        response = self._protocol.serialize_error(self.model, error)
        if error.code not in _BODY_UNREAD:
            return response
        return Response(response.status, (*response.headers, ("connection", "close")), response.body)


def _unrecognized() -> ServiceError:
    return ServiceError("UnrecognizedClientException", "The security token included in the request is invalid.")


def _request_head(scope: Scope, prefix: str) -> Request:
    raw_path = scope["raw_path"].decode("latin-1")
    path = raw_path.removeprefix(prefix)
    if not raw_path.startswith(prefix) or path[:1] not in {"", "/"}:
        raise unknown_operation()
    return Request(
        method=scope["method"],
        raw_path=raw_path,
        path=path,
        query=scope["query_string"].decode("latin-1"),
        headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]),
        body=b"",
    )


def _declared_length(request: Request) -> int:
    text = request.header("content-length") or ""
    return int(text) if text.isascii() and text.isdigit() else 0


async def send_response(response: Response, request_id: str, send: Send) -> None:
    headers = [
        *response.headers,
        ("content-length", str(len(response.body))),
        ("x-amzn-requestid", request_id),
    ]
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    if response.status == 204:  # noqa: PLR2004 - No Content: a length would be wrong
        raw = [pair for pair in raw if pair[0] != b"content-length"]
    await send({"type": "http.response.start", "status": response.status, "headers": raw})
    await send({"type": "http.response.body", "body": response.body})
