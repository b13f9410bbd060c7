"""NextToken: where a page left off, sealed for one account, region, operation and its other arguments."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.model.order import SortValue
from gateway.model.seal import ForeignTokenError
from gateway.model.tenant import Tenant
from gateway.services.alexa.errors import invalid
from gateway.services.context import ServiceContext
from gateway.store.page_positions import keep_position, kept_position
from gateway.store.times import milliseconds

LONGEST = 1100
"""Characters that the service's model allows to a NextToken; a position that needs more is kept in the store."""

PAGE = 50
"""Items of a page at most, and where MaxResults is not given."""

Place = Sequence[SortValue | int]


async def next_token(
    context: ServiceContext, tenant: Tenant, operation: str, params: Mapping[str, Any], place: Place
) -> str:
    """Seal where the next page begins: just after this place."""
    purpose = _purpose(tenant, operation, params)
    token = context.tokens.seal(purpose, ["at", *place])
    if len(token) <= LONGEST:
        return token
    position, now = json.dumps(list(place)), milliseconds(context.clock())
    digest = await context.database.write(lambda connection: keep_position(connection, tenant, position, now))
    return context.tokens.seal(purpose, ["kept", digest])


async def opened_token(
    context: ServiceContext, tenant: Tenant, operation: str, params: Mapping[str, Any]
) -> list[Any] | None:
    """The place that the request's token stands for, None without one.

    Raise ValidationException for a token that was not sealed for just this.
    """
    token = params.get("NextToken")
    if token is None:
        return None
    try:
        kind, *place = context.tokens.open(_purpose(tenant, operation, params), token)
    except ForeignTokenError as error:
        raise invalid("NextToken is not from this operation of this account with these arguments.") from error
    if kind == "at":
        return place
    digest = str(place[0])
    kept = await context.database.read(lambda connection: kept_position(connection, tenant, digest))
    if kept is None:
        raise invalid("NextToken has expired.")
    found: list[Any] = json.loads(kept)
    return found


def page_size(params: Mapping[str, Any]) -> int:
    return int(params.get("MaxResults") or PAGE)


def _purpose(tenant: Tenant, operation: str, params: Mapping[str, Any]) -> str:
    asked = {name: value for name, value in params.items() if name not in ("NextToken", "MaxResults")}
    return json.dumps([tenant.account, tenant.region, operation, asked], sort_keys=True, default=str)
