from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from msgspec import Struct


class Probe(Struct, frozen=True):
    """How a source answered one cheap read.

    `available`: it gave a page. `reachable`: it answered at all. `accepted`: nothing was said against our credentials;
    False too where it could not be asked. `skew_seconds`: how far its clock is ahead of ours at least; None where it
    does not tell the time. `detail` is for people.
    """

    available: bool
    reachable: bool
    accepted: bool
    skew_seconds: float | None
    detail: str


def skew_seconds(headers: Mapping[str, str], asked: datetime, answered: datetime) -> float | None:
    """How far the clock behind a Date header is ahead of ours at least, or None without one.

    It was read when we had asked and had no answer yet, however long that took; the header cuts what is less than a
    second.
    """
    try:
        told = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return None
    if told.tzinfo is None:
        return None
    ahead, behind = (told - answered).total_seconds(), (told - asked).total_seconds() + 1.0
    return max(0.0, ahead) + min(0.0, behind)
