"""The one table of failures: what an AWS service answers, or does not, in the gateway's own errors.

A refusal passes on what the service said. An outage is told in our words, because what lies behind it (addresses, keys,
a proxy's page) is not the caller's business; the log has it.
"""

from collections.abc import Mapping
from enum import Enum, auto
from itertools import chain
from types import MappingProxyType
from typing import TypeAlias

from msgspec import Struct

from gateway.model.errors import (
    Conflict,
    CursorExpired,
    Forbidden,
    GatewayError,
    LimitExceeded,
    NotFound,
    PreconditionFailed,
    Refused,
    Rejected,
    Unsupported,
    UpstreamError,
    UpstreamThrottled,
    UpstreamTimeout,
    UpstreamUnavailable,
)

LONGEST_MESSAGE = 1000
_TOO_MANY_REQUESTS = 429
_SERVER_FAULT = 500


class Again(Enum):
    """When a failed attempt may be made again: never, if it only reads, or always, since it was surely not applied."""

    NEVER = auto()
    READS = auto()
    ALWAYS = auto()


class Refusal(Struct, frozen=True):
    """The service answered, and the answer is no."""

    kind: type[Refused] | type[CursorExpired]

    @property
    def again(self) -> Again:
        return Again.NEVER

    def error(self, source: str, message: str) -> GatewayError:
        del source
        return self.kind(message[:LONGEST_MESSAGE] or "The service refused this and gave no reason.")


class Outage(Struct, frozen=True):
    """The service did not do its work. `words` follow the source's name; `backoff`: seconds before a second try."""

    kind: type[UpstreamError]
    words: str
    again: Again
    backoff: float = 0.1

    def error(self, source: str, message: str) -> GatewayError:
        del message
        return self.kind(f"Source {source} {self.words}.", source)


Fault: TypeAlias = Refusal | Outage

UNREACHABLE = Outage(UpstreamUnavailable, "cannot be reached", Again.ALWAYS)
SLOW_TO_CONNECT = Outage(UpstreamTimeout, "cannot be reached in time", Again.ALWAYS)
SLOW = Outage(UpstreamTimeout, "did not answer in time", Again.READS)
CUT_OFF = Outage(UpstreamUnavailable, "closed the connection before its answer was complete", Again.READS)
UNREADABLE = Outage(UpstreamUnavailable, "gave an answer that cannot be understood", Again.NEVER)
UNAVAILABLE = Outage(UpstreamUnavailable, "is not available at the moment", Again.READS)
THROTTLED = Outage(UpstreamThrottled, "is being asked too often; try again a little later", Again.ALWAYS, backoff=0.5)
NO_CREDENTIALS = Outage(UpstreamUnavailable, "cannot be used: the gateway has no valid credentials for it", Again.NEVER)
NOT_ACCEPTED = Outage(UpstreamUnavailable, "does not accept the gateway's credentials", Again.NEVER)
CLOCKS_DIFFER = Outage(
    UpstreamUnavailable, "does not accept the gateway's credentials: the clocks differ too much", Again.NEVER
)
EXPIRED_CURSOR = Refusal(CursorExpired)
REJECTED = Refusal(Rejected)
UNSUPPORTED = Refusal(Unsupported)

_CODES: Mapping[Fault, tuple[str, ...]] = {
    Refusal(NotFound): ("NotFoundException", "ResourceNotFoundException"),
    Refusal(Conflict): (
        "AlreadyExistsException",
        "ConcurrentModificationException",
        "NameInUseException",
        "ResourceConflictException",
        "ResourceInUseException",
    ),
    Refusal(PreconditionFailed): (
        "DeviceNotRegisteredException",
        "InvalidCertificateAuthorityException",
        "PreconditionFailedException",
    ),
    Refusal(Forbidden): ("ForbiddenException",),
    Refusal(LimitExceeded): ("LimitExceededException", "RequestEntityTooLarge"),
    REJECTED: (
        "InvalidParameterCombination",
        "InvalidParameterValue",
        "InvalidQueryParameter",
        "InvalidRequestException",
        "MalformedQueryString",
        "MissingParameter",
        "SerializationException",
        "ValidationError",
        "ValidationException",
    ),
    EXPIRED_CURSOR: ("RangeNotSatisfiableException",),
    UNSUPPORTED: ("InvalidAction", "UnknownOperationException"),
    NOT_ACCEPTED: (
        "AccessDenied",
        "AccessDeniedException",
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "NotAuthorized",
        "OptInRequired",
        "SignatureDoesNotMatch",
        "UnauthorizedException",
        "UnrecognizedClient",
        "UnrecognizedClientException",
    ),
    CLOCKS_DIFFER: ("RequestExpired", "RequestTimeTooSkewed"),
    THROTTLED: (
        "BandwidthLimitExceeded",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
    ),
    SLOW: ("RequestTimeout", "RequestTimeoutException"),
    UNAVAILABLE: (
        "InternalError",
        "InternalFailure",
        "InternalFailureException",
        "InternalServerError",
        "InternalServerException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    ),
}

FAULTS: Mapping[str, Fault] = MappingProxyType(
    dict(chain.from_iterable(((code, fault) for code in codes) for fault, codes in _CODES.items()))
)
"""Each error code of the two models, and of AWS in common."""


class Failed(Exception):
    """One attempt failed. `message` is the service's; `headers` are its answer's in lower case, None without one."""

    def __init__(self, fault: Fault, message: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(fault, message)
        self.fault = fault
        self.message = message
        self.headers = headers


def fault_of(code: str, message: str, status: int | None = None) -> Fault:
    """Find the fault for an error code. An unknown one goes by its HTTP status, without that it is an outage.

    Alexa for Business has no error of its own for a token that it no longer follows: it finds the NextToken invalid.
    """
    fault = FAULTS.get(code)
    if fault is REJECTED and "nexttoken" in message.replace(" ", "").lower():
        return EXPIRED_CURSOR
    if fault is not None:
        return fault
    if status == _TOO_MANY_REQUESTS:
        return THROTTLED
    return UNAVAILABLE if status is None or status >= _SERVER_FAULT else REJECTED
