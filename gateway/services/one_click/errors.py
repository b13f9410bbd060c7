"""What the service refuses, with the cause that each refusal has."""

from gateway.wire.errors import ServiceError


def invalid_request(message: str) -> ServiceError:
    return ServiceError("InvalidRequestException", message)


def device_not_found(device_id: str) -> ServiceError:
    """An unknown device, and one that another account owns: nobody learns which."""
    return ServiceError("ResourceNotFoundException", f"Device {device_id!r} was not found")


def resource_not_found(arn: str) -> ServiceError:
    return ServiceError("ResourceNotFoundException", f"Resource {arn!r} was not found")


def already_claimed(device_id: str) -> ServiceError:
    return ServiceError("ResourceConflictException", f"Device {device_id!r} is already claimed")


def no_event_since_initiated(device_id: str) -> ServiceError:
    message = f"Device {device_id!r} has published no event since this account initiated its claim"
    return ServiceError("PreconditionFailedException", message)


def device_disabled(device_id: str) -> ServiceError:
    return ServiceError("PreconditionFailedException", f"Device {device_id!r} is disabled")


def claim_code_refused() -> ServiceError:
    """An unknown code, one that was used, and one whose devices are all taken: nobody learns which."""
    return ServiceError("ForbiddenException", "The claim code is unknown or has been used")


def foreign_token() -> ServiceError:
    return ServiceError("RangeNotSatisfiableException", "The next token was not given out for this request")
