from collections.abc import Mapping
from enum import StrEnum

import strawberry

from gateway.model import errors


@strawberry.enum
class UserErrorCode(StrEnum):
    NOT_FOUND = "NOT_FOUND"
    INVALID_INPUT = "INVALID_INPUT"
    CONFLICT = "CONFLICT"
    PRECONDITION_FAILED = "PRECONDITION_FAILED"
    FORBIDDEN = "FORBIDDEN"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    UNSUPPORTED = "UNSUPPORTED"


@strawberry.type
class UserError:
    code: UserErrorCode
    message: str
    field: list[str] | None = strawberry.field(description="Path of the input field.")


CODES: Mapping[type[errors.GatewayError], UserErrorCode] = {
    errors.NotFound: UserErrorCode.NOT_FOUND,
    errors.Conflict: UserErrorCode.CONFLICT,
    errors.PreconditionFailed: UserErrorCode.PRECONDITION_FAILED,
    errors.Forbidden: UserErrorCode.FORBIDDEN,
    errors.LimitExceeded: UserErrorCode.LIMIT_EXCEEDED,
    errors.Rejected: UserErrorCode.INVALID_INPUT,
    errors.Unsupported: UserErrorCode.UNSUPPORTED,
    errors.InvalidInput: UserErrorCode.INVALID_INPUT,
}


def user_error(refusal: errors.Refused | errors.InvalidInput, field: str) -> UserError:
    """Tell a refusal at the input's field that it is about; InvalidInput knows its own."""
    named = refusal.argument if isinstance(refusal, errors.InvalidInput) else field
    return UserError(code=CODES[type(refusal)], message=refusal.message, field=["input", named])
