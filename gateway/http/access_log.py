from starlette.types import Scope

from gateway.observability.event_log import EventLog

log = EventLog(__name__)


def log_request(scope: Scope, status: int | None, seconds: float) -> None:
    """Log one line, which has no query text and no header. `status`: None where the client left before an answer."""
    milliseconds = round(seconds * 1000, 2)
    log.info("request", method=scope["method"], path=path_as_sent(scope), status=status, ms=milliseconds)


def path_as_sent(scope: Scope) -> str:
    """Return it percent-encoded, so that it cannot hold a line break."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.decode("ascii", "backslashreplace")
