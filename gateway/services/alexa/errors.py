"""What Alexa for Business refuses, in its own words."""

from gateway.wire.errors import ServiceError


def not_found(noun: str) -> ServiceError:
    return ServiceError("NotFoundException", f"This account has no such {noun}.")


def invalid(message: str) -> ServiceError:
    return ServiceError("ValidationException", message)


def limit_exceeded(message: str) -> ServiceError:
    return ServiceError("LimitExceededException", message)


def already_exists(message: str) -> ServiceError:
    return ServiceError("AlreadyExistsException", message)


def name_in_use() -> ServiceError:
    return ServiceError("NameInUseException", "Another room of this account has this name.")


def resource_in_use(message: str, client_request_token: str) -> ServiceError:
    members = {"ClientRequestToken": client_request_token} if client_request_token else {}
    return ServiceError("ResourceInUseException", message, members)


def device_not_registered() -> ServiceError:
    return ServiceError("DeviceNotRegisteredException", "This device is not registered with this account (any more).")
