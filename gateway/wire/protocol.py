"""What every AWS protocol does, as plain functions; `rest_json` and `aws_json` each hold one set."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from gateway.wire.errors import ServiceError
from gateway.wire.message import Request, Response
from gateway.wire.service import Operation, ServiceModel


class WireProtocol(Struct, frozen=True):
    """`serialize_request` and `parse_request` are each other's opposite; both take parameters by their SDK names.

    `allowed_methods` tells the HTTP methods of a path, none where the protocol has no OPTIONS to answer.
    """

    serialize_request: Callable[[ServiceModel, Operation, Mapping[str, Any]], Request]
    parse_request: Callable[[ServiceModel, Request], tuple[str, dict[str, Any]]]
    serialize_response: Callable[[Operation, Mapping[str, Any]], Response]
    serialize_error: Callable[[ServiceModel, ServiceError], Response]
    allowed_methods: Callable[[ServiceModel, Request], tuple[str, ...]]
