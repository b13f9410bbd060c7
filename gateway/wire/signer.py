"""Signature Version 4 as a client makes it. No I/O."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Self

from gateway.wire.authorization import ALGORITHM
from gateway.wire.signature import (
    BASIC,
    TERMINATOR,
    canonical_headers,
    canonical_path,
    canonical_query,
    signing_key,
)

DATE = "x-amz-date"
NO_BODY = sha256(b"").hexdigest()


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

    def form(self, method: str, headers: Sequence[tuple[str, str]]) -> "Form":
        """Prepare to sign requests that have that method and those headers, Host among them, names in lower case."""
        token = self.access_key.token
        sent = sorted([*headers, ("x-amz-security-token", token)] if token else headers)
        before, after = [one for one in sent if one[0] < DATE], [one for one in sent if one[0] > DATE]
        names = ";".join([*(name for name, _ in before), DATE, *(name for name, _ in after)])
        return Form(
            tuple(sent),
            method,
            canonical_headers(before),
            f"{canonical_headers(after)}\n{names}\n",
            self.scope,
            f"{ALGORITHM} Credential={self.access_key.key_id}/{self.scope}, SignedHeaders={names}, Signature=",
            self.key,
        )


@dataclass(frozen=True, slots=True)
class Form:
    """What requests have in common when they are signed: all but their path, query, body and time.

    `headers` are sent with each of them, and signed; beside them X-Amz-Date and Authorization.
    """

    headers: tuple[tuple[str, str], ...] = field(repr=False)
    method: str
    before: str = field(repr=False)
    after: str = field(repr=False)
    scope: str
    credential: str
    key: bytes = field(repr=False)

    def authorization(self, path: str, query: str, body: bytes, signed_at: str) -> str:
        """The header for a raw path and query; `signed_at` (see `basic_time`) is of the signer's date and sent too."""
        payload = sha256(body).hexdigest() if body else NO_BODY
        start = f"{self.method}\n{canonical_path(path)}\n{canonical_query(query)}\n{self.before}"
        canonical = f"{start}{DATE}:{signed_at}\n{self.after}{payload}".encode("latin-1")
        text = f"{ALGORITHM}\n{signed_at}\n{self.scope}\n{sha256(canonical).hexdigest()}"
        return self.credential + hmac.digest(self.key, text.encode(), "sha256").hex()


def basic_time(moment: datetime) -> str:
    """The time in the form that signatures have it, YYYYMMDDTHHMMSSZ."""
    return moment.astimezone(UTC).strftime(BASIC)
