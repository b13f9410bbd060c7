import json

from msgspec import Struct

from gateway.live.change import Position
from gateway.model.errors import InvalidInput
from gateway.model.seal import ForeignTokenError, Sealer

VERSION = 1


class Cursors(Struct, frozen=True):
    """Places of the log, sealed for one subscription: `purpose` is what it follows, and what its caller may see."""

    sealer: Sealer
    purpose: str

    def seal(self, position: Position) -> str:
        return self.sealer.seal(self.purpose, [VERSION, *position])

    def open(self, cursor: str) -> Position:
        """Raise InvalidInput for what was not sealed here, or for another subscription."""
        try:
            version, sequence, source = self.sealer.open(self.purpose, cursor)
        except (ForeignTokenError, ValueError):
            version = None
        if version != VERSION:
            raise InvalidInput("after is not a cursor of this subscription.", "after")
        return sequence, source


def purpose_of(*parts: object) -> str:
    """Name what a cursor is good for, in JSON: the same in every version of the gateway."""
    return "live:" + json.dumps(parts, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
