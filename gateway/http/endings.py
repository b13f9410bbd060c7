from gateway.execution.body import write_json
from gateway.execution.channel import Payload
from gateway.execution.ending import StreamEnded
from gateway.execution.result import ErrorMember, RequestRefused, internal_error
from gateway.http.refusal import HttpRefused


def ending_errors(error: Exception) -> tuple[ErrorMember, ...]:
    """What to tell a client of what ended its stream; what is unknown is logged and masked."""
    if isinstance(error, StreamEnded):
        return (error.error,)
    if isinstance(error, RequestRefused | HttpRefused):
        return error.result.errors
    return internal_error(error).errors


def ending_payload(error: Exception) -> Payload:
    return refusal_payload(ending_errors(error))


def refusal_payload(errors: tuple[ErrorMember, ...]) -> Payload:
    """Errors as a payload that has no data."""
    return Payload(write_json({"errors": errors}), "", 0)
