"""Signature Version 4: whether a request was signed with a secret, for this service, a moment ago. No I/O."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from gateway.wire.authorization import ALGORITHM, Authorization
from gateway.wire.errors import ServiceError
from gateway.wire.message import Request
from gateway.wire.timestamps import parse_rfc822

CLOCK_SKEW = timedelta(minutes=5)
BASIC = "%Y%m%dT%H%M%SZ"
_BASIC_FORM = re.compile(r"[0-9]{8}T[0-9]{6}Z")
TERMINATOR = "aws4_request"
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_.~/-]*", re.ASCII)
_SPACE = re.compile(r"[\t-\r ]")


def verify(request: Request, authorization: Authorization, secret: str, service: str, now: datetime) -> None:
    """Refuse a request that was not signed with `secret` for `service` within five minutes of `now` (aware).

    The signature is over the whole raw path, the raw query, the signed headers (Host and every X-Amz-* among them) and
    the body; what is signed must be what came. There is no replay cache. Raises ServiceError:
    IncompleteSignatureException without a usable date, InvalidSignatureException for all else.
    """
    signed_at = _signed_at(request)
    _check_scope(authorization, service, signed_at)
    _check_clock(signed_at, now)
    _check_signed_headers(request, authorization)
    payload = hashlib.sha256(request.body).hexdigest()
    _check_payload(request, payload)
    signed = [(name, _header_value(request, name)) for name in authorization.signed_headers]
    canonical = canonical_request(request, signed, payload)
    digest = hashlib.sha256(canonical).hexdigest()
    text = "\n".join((ALGORITHM, signed_at.strftime(BASIC), authorization.scope, digest))
    key = signing_key(secret, authorization.date, authorization.region, authorization.service)
    expected = hmac.digest(key, text.encode(), "sha256").hex()
    if not hmac.compare_digest(expected, authorization.signature):
        raise _invalid(
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method."
        )


def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """Derive what signs a day's requests (`date` as YYYYMMDD) to a service in a region."""
    key = ("AWS4" + secret).encode()
    for part in (date, region, service, TERMINATOR):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def canonical_request(request: Request, signed_headers: Sequence[tuple[str, str]], payload: str) -> bytes:
    """Write what is signed; `payload` is the body's SHA-256 in hex.

    Bytes beyond ASCII are signed as they came.
    """
    names = ";".join([name for name, _ in signed_headers])
    path, query = canonical_path(request.raw_path), canonical_query(request.query)
    text = f"{request.method}\n{path}\n{query}\n{canonical_headers(signed_headers)}\n{names}\n{payload}"
    return text.encode("latin-1")


def canonical_path(path: str) -> str:
    """A raw path as it is signed: services other than S3 encode it once more, after dropping empty and dot segments."""
    normalized = _normalized(path)
    return normalized if _PLAIN_PATH.fullmatch(normalized) else quote(normalized.encode("latin-1"), safe="/~")


def canonical_query(query: str) -> str:
    """A raw query as it is signed: sorted, and every key with its equals sign."""
    if not query:
        return ""
    pairs = sorted([pair.partition("=")[::2] for pair in query.split("&")])
    return "&".join([f"{key}={value}" for key, value in pairs])


def canonical_headers(headers: Sequence[tuple[str, str]]) -> str:
    """Headers as they are signed, in their order: a line each, spaces trimmed."""
    return "".join([f"{name}:{_trimmed(value)}\n" for name, value in headers])


def _normalized(path: str) -> str:
    if path.startswith("/") and "//" not in path and "/." not in path:
        return path
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in {"", "."}:
            kept.append(segment)
    closing = "/" if kept and path.endswith("/") else ""
    return "/" + "/".join(kept) + closing


def _trimmed(value: str) -> str:
    if not _SPACE.search(value):
        return value
    return b" ".join(value.encode("latin-1").split()).decode("latin-1")


def _header_value(request: Request, name: str) -> str:
    return ",".join([_trimmed(value) for value in request.header_values(name)])


def _signed_at(request: Request) -> datetime:
    text = request.header("x-amz-date") or request.header("date") or ""
    try:
        if _BASIC_FORM.fullmatch(text):
            return datetime.strptime(text, BASIC).replace(tzinfo=UTC)
        return parse_rfc822(text)
    except ValueError as error:
        raise ServiceError(
            "IncompleteSignatureException",
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header, as a date.",
        ) from error


def _check_scope(authorization: Authorization, service: str, signed_at: datetime) -> None:
    if authorization.service != service:
        raise _invalid(f"Credential should be scoped to correct service: '{service}'.")
    if authorization.terminator != TERMINATOR:
        raise _invalid(f"Credential should be scoped with a valid terminator: '{TERMINATOR}'.")
    if authorization.date != signed_at.strftime("%Y%m%d"):
        raise _invalid("Date in Credential scope does not match the date of the request.")


def _check_clock(signed_at: datetime, now: datetime) -> None:
    signed, received = signed_at.strftime(BASIC), now.astimezone(UTC).strftime(BASIC)
    if signed_at < now - CLOCK_SKEW:
        limit = (now - CLOCK_SKEW).astimezone(UTC).strftime(BASIC)
        raise _invalid(f"Signature expired: {signed} is now earlier than {limit} ({received} - 5 min.)")
    if signed_at > now + CLOCK_SKEW:
        limit = (now + CLOCK_SKEW).astimezone(UTC).strftime(BASIC)
        raise _invalid(f"Signature not yet current: {signed} is still later than {limit} ({received} + 5 min.)")


def _check_signed_headers(request: Request, authorization: Authorization) -> None:
    names = {name for name, _ in request.headers}
    signed = set(authorization.signed_headers)
    if "host" not in signed:
        raise _invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.")
    if signed.isdisjoint({"x-amz-date", "date"}):
        raise _invalid("'X-Amz-Date' or 'Date' must be a 'SignedHeader' in the AWS Authorization.")
    if unsigned := sorted(name for name in names - signed if name.startswith("x-amz-")):
        raise _invalid(f"There were headers present in the request which were not signed: {', '.join(unsigned)}")
    if absent := sorted(signed - names):
        raise _invalid(f"Signed headers are absent from the request: {', '.join(absent)}")


def _check_payload(request: Request, payload: str) -> None:
    if any(value != payload for value in request.header_values("x-amz-content-sha256")):
        raise _invalid("The provided 'x-amz-content-sha256' header is not the SHA-256 of the body; it must be.")


def _invalid(message: str) -> ServiceError:
    return ServiceError("InvalidSignatureException", message)
