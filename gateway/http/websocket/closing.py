from enum import IntEnum

REASON_BYTES = 123
"""What a close frame has room for beside its code (RFC 6455, 5.5)."""


class CloseCode(IntEnum):
    """Why a socket is closed: the protocol's own codes, and those of RFC 6455 for what it leaves open."""

    GOING_AWAY = 1001
    POLICY_VIOLATION = 1008
    INTERNAL_ERROR = 4500
    BAD_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INIT_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY_INITS = 4429


class SocketClosed(Exception):
    """The socket is to be closed, with this code and a reason for whoever reads logs."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = shortened(reason)


def shortened(reason: str) -> str:
    """Cut a reason to what a close frame has room for."""
    return reason.encode()[:REASON_BYTES].decode(errors="ignore")
