import re
from datetime import UTC, datetime

_FORM = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def read_time(text: object) -> datetime | None:
    """Read an RFC 3339 time with its offset, in UTC; fractions beyond microseconds are cut off.

    None for text of another form; raise ValueError where it has the form, and is no time of the calendar.
    """
    if not isinstance(text, str) or not _FORM.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error
