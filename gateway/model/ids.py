import base64
import binascii
import json
from dataclasses import dataclass
from enum import StrEnum

from gateway.model.errors import InvalidInput

VERSION = 1
_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


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
        parts = [VERSION, self.kind.value, self.source, self.key]
        return base64.urlsafe_b64encode(_JSON.encode(parts).encode()).decode().rstrip("=")


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
