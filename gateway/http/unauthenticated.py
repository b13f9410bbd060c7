class Unauthenticated(Exception):
    """Credentials that are missing where they are needed, or that are not good; the message is for the caller."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
