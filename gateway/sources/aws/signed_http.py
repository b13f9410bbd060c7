import time
from collections.abc import Awaitable, Callable
from typing import Any

from gateway import __version__
from gateway.sources.aws.answers import read_answer
from gateway.sources.aws.connections import Connections
from gateway.sources.aws.credentials import SourceCredentials
from gateway.sources.aws.endpoint import Endpoint
from gateway.sources.faults import NO_CREDENTIALS, Failed
from gateway.wire.message import Request
from gateway.wire.protocols import PROTOCOLS
from gateway.wire.service import ServiceModel
from gateway.wire.signature import BASIC
from gateway.wire.signer import AccessKey, Signer

_UNSIGNED = f"accept-encoding: identity\r\nuser-agent: device-gateway/{__version__}\r\n"

Method = Callable[..., Awaitable[dict[str, Any]]]
"""Carries out one operation with its parameters by their SDK names, once; raises Failed, or botocore's errors."""


class SignedHttp:
    """Carries out operations that only read: written, signed and read here, over connections that are kept.

    What aioboto3 spends on a call is twelve times as much, most of it in making up and taking apart what never varies.
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
        self._host = ("host", endpoint.authority)
        self._signer: tuple[tuple[Any, str], Signer] | None = None

    def method(self, name: str) -> Method:
        operation = self._model.operations[name]

        async def ask(**params: object) -> dict[str, Any]:
            call = self._serialize(self._model, operation, params)
            request = Request(
                call.method, self._endpoint.whole(call.path), "", call.query, (*call.headers, self._host), call.body
            )
            return read_answer(operation, await self._connections.exchange(await self._signed(request)))

        return ask

    async def _signed(self, request: Request) -> bytes:
        """The request as it travels."""
        frozen = await self._credentials.get_frozen_credentials()
        signed_at = time.strftime(BASIC, time.gmtime())
        headers = self._signer_of(frozen, signed_at[:8]).sign(request, signed_at)
        if request.body:
            headers.append(("content-length", str(len(request.body))))
        target = f"{request.raw_path}?{request.query}" if request.query else request.raw_path
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
        return f"{request.method} {target} HTTP/1.1\r\n{lines}{_UNSIGNED}\r\n".encode("ascii") + request.body

    def _signer_of(self, frozen: Any, date: str) -> Signer:  # noqa: ANN401 - botocore's named tuple
        """The signer of the day, made anew when the day or the credentials are others."""
        known = self._signer
        if known is not None and known[0] == (frozen, date):
            return known[1]
        told = frozen.access_key + (frozen.token or "")
        if not told.isascii() or not told.isprintable():
            raise Failed(NO_CREDENTIALS, "the key's id or its token cannot be sent in a header")
        access_key = AccessKey(frozen.access_key, frozen.secret_key, frozen.token)
        signer = Signer.of(access_key, self._region, self._model.signing_name, date)
        self._signer = (frozen, date), signer
        return signer
