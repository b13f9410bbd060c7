from typing import Any

from gateway.execution.result import MASKED, ErrorCode, ErrorMember, RequestRefused, code_of, log
from gateway.model.errors import GatewayError


class StreamEnded(Exception):
    """A subscription ended before its client wished so. `cursor`: of the last payload that was handed over.

    Whoever comes again with that cursor misses nothing, whatever the code; CURSOR_EXPIRED alone means to begin anew.
    """

    def __init__(self, code: ErrorCode, message: str, cursor: str | None, **extensions: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.cursor = cursor
        self._extensions = extensions

    @property
    def error(self) -> ErrorMember:
        """The member of `errors[]` that tells it to the client."""
        resume: dict[str, Any] = {} if self.cursor is None else {"cursor": self.cursor}
        return {"message": self.message, "extensions": {"code": self.code, **resume, **self._extensions}}

    def at(self, cursor: str) -> "StreamEnded":
        """The same end for a client that has come so far."""
        return StreamEnded(self.code, self.message, cursor, **self._extensions)


def ending_of(error: Exception) -> StreamEnded:
    """What ends a stream whose next payload could not be made; what is unknown is masked and logged."""
    if isinstance(error, StreamEnded):
        return error
    if isinstance(error, RequestRefused):
        member = error.result.errors[0]
        extensions = dict(member["extensions"])
        return StreamEnded(extensions.pop("code"), member["message"], None, **extensions)
    code = code_of(error) if isinstance(error, GatewayError) else None
    if code is not None:
        return StreamEnded(code, str(error), None)
    log.error("subscription failed", exc_info=error)
    return StreamEnded(ErrorCode.INTERNAL_SERVER_ERROR, MASKED, None)
