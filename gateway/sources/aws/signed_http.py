import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from gateway import __version__
from gateway.sources.aws.answers import read_answer
from gateway.sources.aws.connections import Connections
from gateway.sources.aws.credentials import SourceCredentials
from gateway.sources.aws.endpoint import Endpoint
from gateway.sources.faults import NO_CREDENTIALS, Failed
from gateway.sources.upstream import Params
from gateway.wire.protocols import PROTOCOLS
from gateway.wire.service import ServiceModel
from gateway.wire.signature import BASIC
from gateway.wire.signer import AccessKey, Form, Signer

_UNSIGNED = f"accept-encoding: identity\r\nuser-agent: device-gateway/{__version__}\r\n"

Method: TypeAlias = Callable[[Params], Awaitable[dict[str, Any]]]
"""Carries out one operation with its parameters by their SDK names, once; raises Failed, or botocore's errors."""

Headers: TypeAlias = Sequence[tuple[str, str]]


class SignedHttp:
    """Carries out operations that only read: written, signed and read here, over connections that are kept.

    What aioboto3 spends on a call is many times as much, most of it in making up and taking apart what never varies.
    """

    def __init__(
        self,
        model: ServiceModel,
        region: str,
        endpoint: Endpoint,
        credentials: SourceCredentials,
        connections: Connections,
    ) -> None:
        self._model = model
        self._region = region
        self._endpoint = endpoint
        self._credentials = credentials
        self._connections = connections
        self._serialize = PROTOCOLS[model.protocol].serialize_request
        self._heads: _Heads | None = None

    def method(self, name: str) -> Method:
        operation = self._model.operations[name]

        async def ask(params: Params) -> dict[str, Any]:
            call = self._serialize(self._model, operation, params)
            frozen = await self._credentials.get_frozen_credentials()
            signed_at = time.strftime(BASIC, time.gmtime())
            head = self._heads_of(frozen, signed_at[:8]).head(call.method, call.headers)
            request = head.request(self._endpoint.whole(call.path), call.query, call.body, signed_at)
            return read_answer(operation, await self._connections.exchange(request))

        return ask

    def _heads_of(self, frozen: Any, date: str) -> "_Heads":  # noqa: ANN401 - botocore's named tuple
        """The heads of the day, made anew when the day or the credentials are others."""
        known = self._heads
        if known is None or known.of != (frozen, date):
            told = frozen.access_key + (frozen.token or "")
            if not told.isascii() or not told.isprintable():
                raise Failed(NO_CREDENTIALS, "the key's id or its token cannot be sent in a header")
            access_key = AccessKey(frozen.access_key, frozen.secret_key, frozen.token)
            signer = Signer.of(access_key, self._region, self._model.signing_name, date)
            known = self._heads = _Heads((frozen, date), signer, ("host", self._endpoint.authority))
        return known


@dataclass(frozen=True, slots=True)
class _Heads:
    """What is sent with one set of credentials on one day; there is a head for each kind of request, few in all."""

    of: tuple[Any, str] = field(repr=False)
    signer: Signer
    host: tuple[str, str]
    made: "dict[tuple[str, Headers], _Head]" = field(default_factory=dict, repr=False)

    def head(self, method: str, headers: Headers) -> "_Head":
        head = self.made.get((method, headers))
        if head is None:
            form = self.signer.form(method, (*headers, self.host))
            lines = "".join([f"{name}: {value}\r\n" for name, value in form.headers])
            head = self.made[method, headers] = _Head(form, f" HTTP/1.1\r\n{lines}{_UNSIGNED}x-amz-date: ")
        return head


@dataclass(frozen=True, slots=True)
class _Head:
    """What the requests of a kind have in common: their signature's form, and from behind the path up to the date."""

    form: Form
    lines: str = field(repr=False)

    def request(self, path: str, query: str, body: bytes, signed_at: str) -> bytes:
        """A request as it travels."""
        authorization = self.form.authorization(path, query, body, signed_at)
        target = f"{path}?{query}" if query else path
        length = f"content-length: {len(body)}\r\n" if body else ""
        head = f"{self.form.method} {target}{self.lines}{signed_at}\r\nauthorization: {authorization}\r\n{length}\r\n"
        return head.encode("ascii") + body
