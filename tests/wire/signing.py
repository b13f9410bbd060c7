"""Requests as botocore signs them, without sending them."""

from collections.abc import Mapping
from datetime import UTC, datetime

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from msgspec.structs import replace

from gateway.wire.message import Request
from tests.wire.sdk import ACCESS_KEY_ID, SECRET, request_of

NOW = datetime(2024, 2, 29, 12, 0, 0, tzinfo=UTC)
URL = "http://127.0.0.1:8000"


class SignerAt(botocore.auth.SigV4Auth):
    """botocore's signer, for a moment of the test's choice."""

    def __init__(self, credentials: Credentials, service: str, region: str, moment: datetime = NOW) -> None:
        super().__init__(credentials, service, region)
        self.moment = moment

    def add_auth(self, request: AWSRequest) -> None:
        request.context["timestamp"] = self.moment.strftime("%Y%m%dT%H%M%SZ")
        self._modify_request_before_signing(request)
        text = self.string_to_sign(request, self.canonical_request(request))
        self._inject_signature_to_request(request, self.signature(text, request))


def signed(
    method: str = "GET",
    path: str = "/devices",
    query: str = "",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    service: str = "iot1click",
    secret: str = SECRET,
    prefix: str = "/one-click",
) -> Request:
    url = URL + prefix + path + (f"?{query}" if query else "")
    request = AWSRequest(method=method, url=url, headers=dict(headers or {}), data=body)
    SignerAt(Credentials(ACCESS_KEY_ID, secret), service, "us-west-2").add_auth(request)
    sent = {"method": method, "url": url, "headers": [(k.lower(), v) for k, v in request.headers.items()], "body": ""}
    return replace(request_of(sent, prefix), body=body)
