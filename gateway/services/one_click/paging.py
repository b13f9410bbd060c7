import json
from typing import Any

from gateway.model.seal import ForeignTokenError
from gateway.services.context import ServiceContext
from gateway.services.one_click import errors


def seal_token(context: ServiceContext, purpose: list[Any], left_off: list[Any]) -> str:
    """Make the NextToken that goes on after `left_off`; `purpose`: the operation, the tenant, the other arguments."""
    return context.tokens.seal(json.dumps(purpose), left_off)


def open_token(context: ServiceContext, purpose: list[Any], token: str | None) -> list[Any] | None:
    """Read where to go on, None for the start; refuse a token that was not sealed for this purpose."""
    if token is None:
        return None
    try:
        return context.tokens.open(json.dumps(purpose), token)
    except ForeignTokenError:
        raise errors.foreign_token() from None
