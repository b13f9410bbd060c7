from msgspec import Struct

from gateway.model.ids import NodeKind, encoded_id


class Room(Struct, frozen=True):
    """A room of Alexa for Business; `arn` is its key within the source."""

    source: str
    arn: str
    name: str

    @property
    def key(self) -> str:
        return self.arn

    @property
    def id(self) -> str:
        return encoded_id(NodeKind.ROOM, self.source, self.arn)
