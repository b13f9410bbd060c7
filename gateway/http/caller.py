from dataclasses import dataclass

from starlette.types import Scope

from gateway.model.caller import Caller


@dataclass(frozen=True, slots=True)
class CallerInfo:
    """Who asks, and what the front door knows of the request. address: the peer's, None where it is not told."""

    request_id: str
    address: str | None
    caller: Caller


def caller_info(scope: Scope, caller: Caller) -> CallerInfo:
    client = scope.get("client")
    return CallerInfo(scope.get("state", {}).get("request_id", ""), client[0] if client else None, caller)
