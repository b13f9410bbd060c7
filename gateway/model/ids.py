import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from gateway.model.errors import InvalidInput

VERSION = 1

_json: Callable[[str], str] = json.encoder.encode_basestring
"""A text as JSON, with letters beyond ASCII as they are."""

_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class NodeKind(StrEnum):
    ONE_CLICK_DEVICE = "1"
    ALEXA_DEVICE = "a"
    ROOM = "r"
    USER = "u"


@dataclass(frozen=True, slots=True)
class GlobalId:
    """What a Node.id stands for: a kind of thing, the configured source it is in, and the source's own key of it."""

    kind: NodeKind
    source: str
    key: str

    def encode(self) -> str:
        return encoded_id(self.kind, self.source, self.key)


def encoded_id(kind: NodeKind, source: str, key: str) -> str:
    """What `GlobalId.encode` writes: a JSON array, put together by hand because long lists have many."""
    plain = f'[{VERSION},"{kind.value}",{_json(source)},{_json(key)}]'
    return url_safe(plain.encode())


def url_safe(plain: bytes) -> str:
    """URL-safe base64 without padding."""
    return binascii.b2a_base64(plain, newline=False).translate(_URL_SAFE, b"=").decode()


def decode_id(text: str, argument: str = "id") -> GlobalId:
    """Read a Node.id; raise InvalidInput for whatever `GlobalId.encode` did not write."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        version, kind, source, key = json.loads(plain)
        decoded = GlobalId(NodeKind(kind), source, key)
        ours = version == VERSION and isinstance(source, str) and isinstance(key, str) and decoded.encode() == text
    except (binascii.Error, ValueError, TypeError, RecursionError):
        ours = False
    if not ours:
        raise InvalidInput("This is not an id that this gateway gave out.", argument)
    return decoded
