from msgspec import Struct


class Room(Struct, frozen=True):
    """A room of Alexa for Business; `arn` is its key within the source."""

    source: str
    arn: str
    name: str

    @property
    def key(self) -> str:
        return self.arn
