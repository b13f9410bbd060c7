from collections.abc import Mapping
from types import MappingProxyType

from gateway.wire.aws_json import AWS_JSON
from gateway.wire.protocol import WireProtocol
from gateway.wire.rest_json import REST_JSON

PROTOCOLS: Mapping[str, WireProtocol] = MappingProxyType({"rest-json": REST_JSON, "json": AWS_JSON})
"""By the name that service models call them."""
