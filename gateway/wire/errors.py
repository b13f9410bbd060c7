"""Errors that travel: those a service's model knows, and those that any AWS service may answer."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from gateway.wire.service import ServiceModel


class ServiceError(Exception):
    """What a service refuses, in its own words: `code` is the error's name on the wire.

    `members` are those that the error's shape has beside its message, by their SDK names.
    """

    def __init__(self, code: str, message: str, members: Mapping[str, Any] = MappingProxyType({})) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.members = members


COMMON: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "AccessDeniedException": (403, 400),
        "IncompleteSignatureException": (403, 400),
        "InternalFailure": (500, 500),
        "InvalidSignatureException": (403, 400),
        "MissingAuthenticationTokenException": (403, 400),
        "RequestEntityTooLarge": (413, 413),
        "RequestTimeout": (408, 408),
        "SerializationException": (400, 400),
        "ThrottlingException": (429, 400),
        "UnknownOperationException": (404, 400),
        "UnrecognizedClientException": (403, 400),
        "ValidationException": (400, 400),
    }
)
"""Errors outside every model, with their HTTP status over rest-json and over json 1.1."""


def status_of(model: ServiceModel, code: str) -> int | None:
    """Answer the HTTP status of an error, or None where neither the model nor AWS in common knows it."""
    if code in model.errors:
        return model.errors[code].status
    if code not in COMMON:
        return None
    rest, json = COMMON[code]
    return rest if model.protocol == "rest-json" else json


def unknown_operation() -> ServiceError:
    return ServiceError("UnknownOperationException", "The service has no such operation.")


def throttled() -> ServiceError:
    return ServiceError("ThrottlingException", "Rate exceeded")


def serialization(message: str) -> ServiceError:
    return ServiceError("SerializationException", message)
