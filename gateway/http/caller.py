from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallerInfo:
    """What the front door knows of who asks, before anyone has checked it.

    address: the peer's, None where the server does not tell it. authorization: the header's value as sent.
    """

    request_id: str
    address: str | None
    authorization: str | None
