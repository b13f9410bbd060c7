from datetime import UTC, datetime
from functools import lru_cache

import strawberry
from msgspec import to_builtins

from gateway.model.rfc3339 import read_time

TIMES_KEPT = 4096
"""Requests of the same moment share what was read: its times are written once."""

SECONDS, MILLISECONDS = len("2026-01-31T12:00:00"), len("2026-01-31T12:00:00.000")


@lru_cache(maxsize=TIMES_KEPT)
def write_date_time(moment: datetime) -> str:
    # msgspec takes a quarter of the time of isoformat, and times are most of what a page of events writes.
    text: str = to_builtins(moment if moment.tzinfo is UTC else moment.astimezone(UTC))
    return f"{text[:MILLISECONDS]}Z" if moment.microsecond else f"{text[:SECONDS]}.000Z"


def read_date_time(text: object) -> datetime:
    """Read RFC 3339 with its offset; fractions beyond microseconds are cut off."""
    try:
        time = read_time(text)
    except ValueError as error:
        raise ValueError(f"DateTime is not a date of the calendar: {text!r}.") from error
    if time is None:
        raise ValueError(f"DateTime must be RFC 3339 with an offset, such as 2026-01-31T12:00:00Z: {text!r}.")
    return time


DATE_TIME = strawberry.scalar(
    name="DateTime",
    description="RFC 3339, UTC, with milliseconds.",
    serialize=write_date_time,
    parse_value=read_date_time,
)
