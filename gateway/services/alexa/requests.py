"""A request that comes again with the same ClientRequestToken makes nothing new."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from gateway.model.tenant import Tenant
from gateway.store.client_requests import ClientRequest, first_request
from gateway.wire.errors import ServiceError


def client_request(operation: str, params: Mapping[str, Any], arn: str) -> ClientRequest:
    """A request that makes `arn` if its ClientRequestToken is new; the token is empty where there is none."""
    asked = {name: value for name, value in params.items() if name != "ClientRequestToken"}
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).digest()
    return ClientRequest(operation, str(params.get("ClientRequestToken") or ""), digest, arn)


def made_before(
    connection: Connection, tenant: Tenant, request: ClientRequest, refusal: ServiceError, *, now: int
) -> str | None:
    """The ARN that the same request made before; raise `refusal` where its token came with another request."""
    if not request.token:
        return None
    first = first_request(connection, tenant, request, now)
    if first.digest != request.digest:
        raise refusal
    return None if first.arn == request.arn else first.arn
