"""Times in the store are whole milliseconds since 1970, UTC."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def milliseconds(time: datetime) -> int:
    """The millisecond that an aware time falls in."""
    return (time - EPOCH) // MILLISECOND


def milliseconds_from(time: datetime) -> int:
    """The first whole millisecond that is not before an aware time: `stored >= this` means `stored >= time`."""
    return -((EPOCH - time) // MILLISECOND)


def time_of(stored: int) -> datetime:
    return EPOCH + stored * MILLISECOND
