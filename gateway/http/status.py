"""Which HTTP status a GraphQL response has: the one place where the two readings of the standard differ."""

from collections.abc import Mapping
from enum import StrEnum

from gateway.execution.result import ErrorCode, Result
from gateway.http.accept import MediaType
from gateway.http.refusal import HttpRefused, NotWellFormed

OK = 200
BAD_REQUEST = 400
UNPROCESSABLE = 422
PARTIAL_SUCCESS = 294


class StatusProfile(StrEnum):
    """`default` is what clients of today expect; `draft-2026` is GraphQL over HTTP as of 2026, "Status Codes"."""

    DEFAULT = "default"
    DRAFT_2026 = "draft-2026"


DRAFT: Mapping[ErrorCode, int] = {
    ErrorCode.BAD_USER_INPUT: UNPROCESSABLE,
    ErrorCode.CURSOR_EXPIRED: UNPROCESSABLE,
    ErrorCode.SCAN_LIMIT: UNPROCESSABLE,
    ErrorCode.GRAPHQL_PARSE_FAILED: BAD_REQUEST,
    ErrorCode.GRAPHQL_VALIDATION_FAILED: UNPROCESSABLE,
    ErrorCode.OPERATION_RESOLUTION_FAILURE: UNPROCESSABLE,
    ErrorCode.PERSISTED_QUERY_NOT_FOUND: 404,
    ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED: UNPROCESSABLE,
    ErrorCode.TRUSTED_DOCUMENT_REQUIRED: 403,
    ErrorCode.LIMIT_EXCEEDED: UNPROCESSABLE,
    ErrorCode.COST_LIMIT_EXCEEDED: UNPROCESSABLE,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.SLOW_CONSUMER: 408,
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.UPSTREAM_UNAVAILABLE: 502,
    ErrorCode.UPSTREAM_THROTTLED: 503,
    ErrorCode.UPSTREAM_TIMEOUT: 504,
    ErrorCode.DEADLINE_EXCEEDED: 504,
    ErrorCode.INTERNAL_SERVER_ERROR: 500,
}
"""The status of a response without data, by its first error."""


def status_of(result: Result, media_type: MediaType, profile: StatusProfile) -> int:
    """By default what was refused before anything ran is 400 as application/graphql-response+json, and 200 as
    application/json, where a status speaks of HTTP only; what ran is 200, whatever its errors.
    """
    if profile is StatusProfile.DEFAULT:
        return OK if result.executed or media_type is MediaType.JSON else BAD_REQUEST
    if result.executed:
        return PARTIAL_SUCCESS if result.errors else OK
    return DRAFT[result.errors[0]["extensions"]["code"]]


def refusal_status(refusal: HttpRefused, profile: StatusProfile) -> int:
    if profile is StatusProfile.DRAFT_2026 and isinstance(refusal, NotWellFormed):
        return UNPROCESSABLE
    return refusal.status


def media_type_of(status: int, asked_for: MediaType, profile: StatusProfile) -> MediaType:
    """In the draft application/json comes with 2xx only; what else there is to read must say that it is GraphQL's."""
    if profile is StatusProfile.DEFAULT or OK <= status < 300:  # noqa: PLR2004  # the end of 2xx
        return asked_for
    return MediaType.GRAPHQL_RESPONSE
