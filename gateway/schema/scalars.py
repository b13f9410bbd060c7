import re
from datetime import UTC, datetime

import strawberry

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def write_date_time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_date_time(text: object) -> datetime:
    """Read RFC 3339 with its offset; fractions beyond microseconds are cut off."""
    if not isinstance(text, str) or not RFC_3339.fullmatch(text):
        raise ValueError(f"DateTime must be RFC 3339 with an offset, such as 2026-01-31T12:00:00Z: {text!r}.")
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"DateTime is not a date of the calendar: {text!r}.") from error


DATE_TIME = strawberry.scalar(
    name="DateTime",
    description="RFC 3339, UTC, with milliseconds.",
    serialize=write_date_time,
    parse_value=read_date_time,
)
