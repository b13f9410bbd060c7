from dataclasses import dataclass

from gateway.model.caller import Caller


@dataclass(frozen=True, slots=True)
class CallerInfo:
    """Who asks, and what the front door knows of the request. address: the peer's, None where it is not told."""

    request_id: str
    address: str | None
    caller: Caller
