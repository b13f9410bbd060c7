from gateway.execution.result import ErrorCode, Result, refused


class HttpRefused(Exception):
    """A request that never became a GraphQL request; `status` is the same for every media type of the answer."""

    def __init__(
        self, status: int, code: ErrorCode, message: str, headers: dict[str, str] | None = None, **extensions: str | int
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.result: Result = refused(code, message, **extensions)


class NotWellFormed(HttpRefused):
    """What was sent can be read, and has not the parameters of GraphQL over HTTP."""

    def __init__(self, message: str, **extensions: str) -> None:
        super().__init__(400, ErrorCode.BAD_USER_INPUT, message, None, **extensions)


def bad_request(message: str, **extensions: str) -> HttpRefused:
    return HttpRefused(400, ErrorCode.BAD_USER_INPUT, message, None, **extensions)
