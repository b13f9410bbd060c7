import binascii
import json
from enum import StrEnum

from msgspec import Struct
from msgspec.json import Encoder

from gateway.model.errors import InvalidInput

VERSION = 1

_encode = Encoder().encode


class NodeKind(StrEnum):
    ONE_CLICK_DEVICE = "1"
    ALEXA_DEVICE = "a"
    ROOM = "r"
    USER = "u"


_KINDS = {kind.value: kind for kind in NodeKind}
"""A tenth of the time of `NodeKind(…)`."""


class GlobalId(Struct, frozen=True):
    """What a Node.id stands for: a kind of thing, the configured source it is in, and the source's own key of it."""

    kind: NodeKind
    source: str
    key: str

    def encode(self) -> str:
        return encoded_id(self.kind, self.source, self.key)


def encoded_id(kind: NodeKind, source: str, key: str) -> str:
    """What `GlobalId.encode` writes: a JSON array."""
    return url_safe(_encode((VERSION, kind, source, key)))


def event_id(source: str, device_key: str, time: int, kind: str, value: str) -> str:
    """An event's id, which nothing is refetched by; `time` in milliseconds since 1970."""
    return url_safe(_encode((VERSION, "e", source, device_key, time, kind, value)))


def url_safe(plain: bytes) -> str:
    """URL-safe base64 without padding."""
    text = binascii.b2a_base64(plain, newline=False).decode()
    return text.rstrip("=").replace("+", "-").replace("/", "_")


def decode_id(text: str, argument: str = "id") -> GlobalId:
    """Read a Node.id; raise InvalidInput for whatever `GlobalId.encode` did not write."""
    try:
        padded = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
        version, kind, source, key = json.loads(binascii.a2b_base64(padded).decode())
        decoded = GlobalId(_KINDS[kind], source, key)
        ours = version == VERSION and isinstance(source, str) and isinstance(key, str) and decoded.encode() == text
    except (binascii.Error, ValueError, TypeError, KeyError, RecursionError):
        ours = False
    if not ours:
        raise InvalidInput("This is not an id that this gateway gave out.", argument)
    return decoded
