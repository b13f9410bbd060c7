class LimitPassed(Exception):
    """A limit was passed; `limit` is the setting's name, the message is for the caller."""

    def __init__(self, limit: str, message: str) -> None:
        super().__init__(message)
        self.limit = limit
        self.message = message
