from collections.abc import Mapping
from enum import IntEnum

from gateway.execution.result import ErrorCode
from gateway.http.counting import GRAPHQL, NONE
from gateway.observability.metrics import Metrics

REASON_BYTES = 123
"""What a close frame has room for beside its code (RFC 6455, 5.5)."""


class CloseCode(IntEnum):
    """Why a socket is closed: the protocol's own codes, and those of RFC 6455 for what it leaves open."""

    GOING_AWAY = 1001
    POLICY_VIOLATION = 1008
    MESSAGE_TOO_BIG = 1009
    INTERNAL_ERROR = 4500
    BAD_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INIT_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY_INITS = 4429


REFUSALS: Mapping[CloseCode, ErrorCode] = {
    CloseCode.BAD_MESSAGE: ErrorCode.BAD_USER_INPUT,
    CloseCode.UNAUTHORIZED: ErrorCode.UNAUTHENTICATED,
    CloseCode.FORBIDDEN: ErrorCode.UNAUTHENTICATED,
    CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE: ErrorCode.BAD_USER_INPUT,
    CloseCode.INIT_TIMEOUT: ErrorCode.DEADLINE_EXCEEDED,
    CloseCode.SUBSCRIBER_EXISTS: ErrorCode.BAD_USER_INPUT,
    CloseCode.TOO_MANY_INITS: ErrorCode.BAD_USER_INPUT,
}
"""What a close is counted as, where it is a refusal."""


class SocketClosed(Exception):
    """The socket is to be closed, with this code and a reason for whoever reads logs. `rate`: the one passed."""

    def __init__(self, code: CloseCode, reason: str, rate: str | None = None) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = shortened(reason)
        self._rate = rate

    def count(self, metrics: Metrics) -> None:
        """Count it among the refusals, if it is one."""
        code = REFUSALS.get(self.code) if self._rate is None else ErrorCode.RATE_LIMITED
        if code is not None:
            metrics.refusals(GRAPHQL, code.value, self._rate or NONE).inc()


def shortened(reason: str) -> str:
    """Cut a reason to what a close frame has room for."""
    return reason.encode()[:REASON_BYTES].decode(errors="ignore")
