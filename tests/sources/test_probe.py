from datetime import UTC, datetime

import pytest

from gateway.sources.probe import skew_seconds

ASKED, ANSWERED = datetime(2024, 5, 17, 9, 30, 0, tzinfo=UTC), datetime(2024, 5, 17, 9, 30, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "skew"),
    [
        ("Fri, 17 May 2024 09:29:59 GMT", 0.0),
        ("Fri, 17 May 2024 09:30:03 GMT", 0.0),
        ("Fri, 17 May 2024 09:40:00 GMT", 597.0),
        ("Fri, 17 May 2024 09:29:50 GMT", -9.0),
        ("Fri, 17 May 2024 11:30:00 +0200", 0.0),
    ],
)
def test_a_clock_ahead_is_positive(date: str, skew: float) -> None:
    """The skew is the seconds that a service's clock is surely ahead: a service that takes its time is not late."""
    assert skew_seconds({"date": date}, ASKED, ANSWERED) == skew


@pytest.mark.parametrize(
    "headers", [{}, {"date": ""}, {"date": "yesterday"}, {"date": "Fri, 99 May 2024 09:30:00 GMT"}]
)
def test_a_service_that_does_not_tell_the_time(headers: dict[str, str]) -> None:
    """No Date, or nonsense in it, is no skew and no error."""
    assert skew_seconds(headers, ASKED, ANSWERED) is None
