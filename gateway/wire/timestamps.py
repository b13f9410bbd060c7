"""Points in time as AWS writes them: ISO 8601, seconds since the epoch, RFC 822."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Below this a float is finer than a microsecond, so that its decimals need not be asked.
_EXACT = 2**32
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{0,20})?([eE][+-]?[0-9]{1,2})?", re.ASCII)


def parse_timestamp(text: str) -> datetime:
    """Read any of the three forms; without an offset it is UTC. Answers an aware UTC datetime to the microsecond.

    Raises ValueError for any other text and for times outside the years 1 to 9999.
    """
    if _NUMBER.fullmatch(text):
        return parse_epoch(Decimal(text))
    return parse_rfc822(text) if "," in text else _utc(datetime.fromisoformat(text))


def parse_rfc822(text: str) -> datetime:
    """Read a date as HTTP headers have it; without an offset (or with -0000) it is UTC. Raises ValueError."""
    return _utc(parsedate_to_datetime(text))


def _utc(moment: datetime) -> datetime:
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"Out of range: {moment}") from error


def parse_epoch(seconds: Decimal | float) -> datetime:
    """Read seconds since the epoch, rounded to the microsecond. Raises ValueError outside the years 1 to 9999."""
    if not isinstance(seconds, Decimal) and abs(seconds) < _EXACT:
        return datetime.fromtimestamp(seconds, UTC)
    try:
        return _EPOCH + timedelta(microseconds=round(Decimal(str(seconds)) * 1_000_000))
    except (ArithmeticError, OverflowError) as error:
        raise ValueError(f"Out of range: {seconds}") from error


def format_epoch(moment: datetime) -> float | int:
    """Write seconds since the epoch as JSON has them: whole where they are whole, else with up to six decimals."""
    microseconds = (moment - _EPOCH) // timedelta(microseconds=1)
    seconds, rest = divmod(microseconds, 1_000_000)
    return seconds if rest == 0 else microseconds / 1_000_000


def format_iso8601(moment: datetime) -> str:
    """Write UTC with milliseconds, or microseconds where there are any."""
    precision = "microseconds" if moment.microsecond % 1000 else "milliseconds"
    return moment.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")
