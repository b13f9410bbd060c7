from msgspec import Struct

from gateway.execution.viewers import Refresh
from gateway.model.caller import Caller


class CallerInfo(Struct, frozen=True):
    """Who asks, and what the front door knows of the request. address: the peer's, None where it is not told.

    refresh: whom the credentials stand for by now; None where they are not looked at again.
    """

    request_id: str
    address: str | None
    caller: Caller
    refresh: Refresh | None = None
