"""What can go wrong on the way to a device, in the gateway's own words.

    GatewayError
    ├── InvalidInput            an argument, an id, a cursor; `argument` names it
    ├── CursorExpired           a cursor that was ours and can no longer be followed
    ├── ScanLimit               a filter, order or direction would read more than the scan limit
    ├── Refused                 a service refused what the caller asked for; the caller can put it right
    │   ├── NotFound
    │   ├── Conflict
    │   ├── PreconditionFailed
    │   ├── Forbidden
    │   ├── LimitExceeded
    │   ├── Rejected            the service finds the input invalid
    │   └── Unsupported         the service has no such operation
    └── UpstreamError           a service did not answer; the caller can only come again
        ├── UpstreamUnavailable
        ├── UpstreamThrottled
        └── UpstreamTimeout

Anything else that is raised is a bug and is masked at the exit.
"""


class GatewayError(Exception):
    """The root; its message is written for the caller and holds no internals."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInput(GatewayError):
    def __init__(self, message: str, argument: str) -> None:
        super().__init__(message)
        self.argument = argument


class CursorExpired(GatewayError):
    pass


class ScanLimit(GatewayError):
    pass


class Refused(GatewayError):
    pass


class NotFound(Refused):
    pass


class Conflict(Refused):
    pass


class PreconditionFailed(Refused):
    pass


class Forbidden(Refused):
    pass


class LimitExceeded(Refused):
    pass


class Rejected(Refused):
    pass


class Unsupported(Refused):
    pass


class UpstreamError(GatewayError):
    """`source` is the configured source's name."""

    def __init__(self, message: str, source: str) -> None:
        super().__init__(message)
        self.source = source


class UpstreamUnavailable(UpstreamError):
    pass


class UpstreamThrottled(UpstreamError):
    pass


class UpstreamTimeout(UpstreamError):
    pass
