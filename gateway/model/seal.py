import base64
import binascii
import hashlib
import hmac
import json
import zlib
from typing import Any

from gateway.model.ids import url_safe

MAC_BYTES = 16
PLAIN, DEFLATED = b"\0", b"\1"
LONG = 256


class ForeignTokenError(Exception):
    """A token that this key did not seal, or sealed for another purpose."""


class Sealer:
    """Seals what a page left off into an opaque token, and opens only what it sealed itself.

    `purpose` is all that the token is good for: the list, its filter, its order, its owner. Payloads are JSON.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, purpose: str, payload: list[Any]) -> str:
        plain = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
        body = PLAIN + plain if len(plain) < LONG else DEFLATED + zlib.compress(plain, 9)
        return url_safe(self._mac(purpose, body) + body)

    def open(self, purpose: str, token: str) -> list[Any]:
        """Raise ForeignTokenError where the token is not ours or not for this purpose."""
        try:
            sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise ForeignTokenError from error
        if url_safe(sealed) != token:  # the same bytes, written as we never do
            raise ForeignTokenError
        mac, body = sealed[:MAC_BYTES], sealed[MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(purpose, body)):
            raise ForeignTokenError
        plain = body[1:] if body[:1] == PLAIN else zlib.decompress(body[1:])
        payload: list[Any] = json.loads(plain)
        return payload

    def _mac(self, purpose: str, body: bytes) -> bytes:
        return hmac.digest(self._key, purpose.encode() + b"\0" + body, hashlib.sha256)[:MAC_BYTES]
