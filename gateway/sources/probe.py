from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from msgspec import Struct


class Probe(Struct, frozen=True):
    """How a source answered one cheap read.

    `available`: it gave a page. `reachable`: it answered at all. `accepted`: nothing was said against our credentials;
    False too where it could not be asked. `skew_seconds`: how far its clock is ahead of ours, to about a second; None
    where it does not tell the time. `detail` is for people.
    """

    available: bool
    reachable: bool
    accepted: bool
    skew_seconds: float | None
    detail: str


def skew_seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    """How far the clock behind a Date header is ahead of `now`, or None; half a second makes up for what it cuts."""
    try:
        told = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return None
    if told.tzinfo is None:
        return None
    return (told - now).total_seconds() + 0.5
