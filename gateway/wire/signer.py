"""Signature Version 4 as a client makes it. No I/O."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from gateway.wire.authorization import ALGORITHM
from gateway.wire.message import Request
from gateway.wire.signature import BASIC, TERMINATOR, canonical_request, signing_key


@dataclass(frozen=True, slots=True)
class AccessKey:
    """`token` comes with credentials that end, those of a role for example; None without."""

    key_id: str
    secret: str = field(repr=False)
    token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs what one access key sends to a service in a region on one day (`date` as YYYYMMDD, UTC)."""

    access_key: AccessKey
    date: str
    scope: str
    key: bytes = field(repr=False)

    @classmethod
    def of(cls, access_key: AccessKey, region: str, service: str, date: str) -> Self:
        key = signing_key(access_key.secret, date, region, service)
        return cls(access_key, date, f"{date}/{region}/{service}/{TERMINATOR}", key)

    def sign(self, request: Request, signed_at: str) -> list[tuple[str, str]]:
        """The headers to send: the request's, all of which are signed, and those that make it this key's.

        Host has to be among them, and names are in lower case. `signed_at` (see `basic_time`) is of the signer's date.
        """
        headers = [*request.headers, ("x-amz-date", signed_at)]
        if self.access_key.token:
            headers.append(("x-amz-security-token", self.access_key.token))
        headers.sort()
        canonical = canonical_request(request, headers, hashlib.sha256(request.body).hexdigest())
        text = f"{ALGORITHM}\n{signed_at}\n{self.scope}\n{hashlib.sha256(canonical).hexdigest()}"
        signature = hmac.digest(self.key, text.encode(), "sha256").hex()
        names = ";".join([name for name, _ in headers])
        signed = f"Credential={self.access_key.key_id}/{self.scope}, SignedHeaders={names}, Signature={signature}"
        headers.append(("authorization", f"{ALGORITHM} {signed}"))
        return headers


def basic_time(moment: datetime) -> str:
    """The time in the form that signatures have it, YYYYMMDDTHHMMSSZ."""
    return moment.astimezone(UTC).strftime(BASIC)
