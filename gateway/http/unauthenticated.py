class Unauthenticated(Exception):
    """Credentials that are missing where they are needed, or that are not good; the message is for the caller."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class TooManyMistakes(Unauthenticated):
    """Credentials that are not looked at, because too many wrong ones came from the same address before."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
