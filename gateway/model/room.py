from gateway.model.value import value


@value
class Room:
    """A room of Alexa for Business; `arn` is its key within the source."""

    source: str
    arn: str
    name: str

    @property
    def key(self) -> str:
        return self.arn
