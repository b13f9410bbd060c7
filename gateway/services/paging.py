import base64
import binascii
import hashlib
import hmac
import zlib
from typing import Any

import orjson

MAC_BYTES = 16


class ForeignTokenError(Exception):
    """A token that this service did not make, or made for other arguments."""


class Tokens:
    """Seals what a page left off into a NextToken, and opens only what it sealed itself.

    `purpose` is everything that the token is good for: the operation, the account, the region and the other arguments.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, purpose: tuple[Any, ...], payload: list[Any]) -> str:
        body = zlib.compress(orjson.dumps(payload), 9)
        return base64.urlsafe_b64encode(self._mac(purpose, body) + body).decode().rstrip("=")

    def open(self, purpose: tuple[Any, ...], token: str) -> list[Any]:
        """Raise ForeignTokenError where the token is not ours or not for this purpose."""
        try:
            sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise ForeignTokenError from error
        mac, body = sealed[:MAC_BYTES], sealed[MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(purpose, body)):
            raise ForeignTokenError
        payload: list[Any] = orjson.loads(zlib.decompress(body))
        return payload

    def _mac(self, purpose: tuple[Any, ...], body: bytes) -> bytes:
        return hmac.digest(self._key, orjson.dumps(purpose) + b"\0" + body, hashlib.sha256)[:MAC_BYTES]
