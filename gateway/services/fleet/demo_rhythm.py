"""When people press buttons: on workdays, in office hours, less at lunch."""

from datetime import datetime, timedelta
from random import Random

from gateway.store.times import milliseconds

HOURS = (*[0.01] * 6, 0.1, 0.5, 1.4, 2.1, 1.9, 1.5, 0.6, 0.9, 1.7, 1.7, 1.4, 0.9, 0.4, 0.15, *[0.03] * 4)
"""How much of a day's presses fall into each hour, UTC, relative to the others."""

WEEKEND = 0.06
MILLISECONDS_OF_HOUR = 3_600_000


def times(random: Random, start: datetime, end: datetime, a_workday: float) -> list[int]:
    """Times of presses, start <= time < end, in milliseconds, sorted; about `a_workday` of them on each workday."""
    found = set()
    day = start.replace(hour=0, minute=0, second=0, microsecond=0)
    while day < end:
        often = a_workday if day.isoweekday() <= 5 else a_workday * WEEKEND  # noqa: PLR2004 - Monday to Friday
        hours = random.choices(range(24), HOURS, k=_about(random, often))
        found |= {milliseconds(day) + MILLISECONDS_OF_HOUR * hour + _within_hour(random) for hour in hours}
        day += timedelta(days=1)
    return sorted(time for time in found if milliseconds(start) <= time < milliseconds(end))


def _within_hour(random: Random) -> int:
    return random.randrange(MILLISECONDS_OF_HOUR)


def _about(random: Random, expected: float) -> int:
    """A count of independent chances, `expected` on average: the waits between them are exponential."""
    count, waited = 0, random.expovariate(1.0)
    while waited < expected:
        count += 1
        waited += random.expovariate(1.0)
    return count
