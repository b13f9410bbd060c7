"""The Authorization header of Signature Version 4, read."""

import re
from urllib.parse import parse_qsl

from msgspec import Struct

from gateway.wire.errors import ServiceError
from gateway.wire.message import Request

ALGORITHM = "AWS4-HMAC-SHA256"
_CREDENTIAL = re.compile(r"([A-Za-z0-9_+.-]{1,128})/([0-9]{8})/([a-z0-9-]{1,64})/([a-z0-9.-]{1,64})/([a-z0-9_]{1,64})")
_SIGNED_HEADERS = re.compile(r"[a-z0-9_-]+(;[a-z0-9_-]+)*")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")


class Authorization(Struct, frozen=True):
    """Who signed, for what scope, and the signature. `signed_headers` in the order that the client gave."""

    access_key_id: str
    date: str
    region: str
    service: str
    terminator: str
    signed_headers: tuple[str, ...]
    signature: str

    @property
    def scope(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/{self.terminator}"


def read_authorization(request: Request) -> Authorization:
    """Read who signed a request; nothing is verified yet.

    Raises ServiceError: MissingAuthenticationTokenException without a signature, IncompleteSignatureException for a
    presigned URL (they are not taken) and for a header that is not of Signature Version 4.
    """
    headers = request.header_values("authorization")
    if not headers:
        raise _no_header(request)
    if len(headers) > 1:
        raise _incomplete("A request has exactly one Authorization header.")
    algorithm, _, rest = headers[0].strip().partition(" ")
    if algorithm != ALGORITHM:
        raise _incomplete(f"Authorization header requires the algorithm {ALGORITHM}.")
    parts = dict(_parameter(part) for part in rest.split(","))
    key, date, region, service, terminator = _required(parts, "Credential", _CREDENTIAL).groups()
    signed_headers = _required(parts, "SignedHeaders", _SIGNED_HEADERS).group().split(";")
    signature = _required(parts, "Signature", _SIGNATURE).group()
    return Authorization(key, date, region, service, terminator, tuple(signed_headers), signature)


def _no_header(request: Request) -> ServiceError:
    keys = {key.lower() for key, _ in parse_qsl(request.query, keep_blank_values=True)}
    if keys & {"x-amz-signature", "x-amz-algorithm", "x-amz-credential"}:
        return _incomplete("Presigned URLs are not accepted; sign with an Authorization header.")
    return ServiceError("MissingAuthenticationTokenException", "Missing Authentication Token")


def _parameter(part: str) -> tuple[str, str]:
    name, _, value = part.strip().partition("=")
    return name, value


def _required(parts: dict[str, str], name: str, form: re.Pattern[str]) -> re.Match[str]:
    if name not in parts:
        raise _incomplete(f"Authorization header requires '{name}' parameter.")
    match = form.fullmatch(parts[name])
    if match is None:
        raise _incomplete(f"Authorization header has a malformed '{name}' parameter.")
    return match


def _incomplete(message: str) -> ServiceError:
    return ServiceError("IncompleteSignatureException", message)
