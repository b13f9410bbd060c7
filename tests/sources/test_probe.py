from datetime import UTC, datetime

import pytest

from gateway.sources.probe import skew_seconds

NOW = datetime(2024, 5, 17, 9, 30, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "skew"),
    [
        ("Fri, 17 May 2024 09:30:00 GMT", 0.5),
        ("Fri, 17 May 2024 09:40:00 GMT", 600.5),
        ("Fri, 17 May 2024 09:29:50 GMT", -9.5),
        ("Fri, 17 May 2024 11:30:00 +0200", 0.5),
    ],
)
def test_a_clock_ahead_is_positive(date: str, skew: float) -> None:
    """The skew is the seconds that a service's clock is ahead, with half of the second that its header cuts off."""
    assert skew_seconds({"date": date}, NOW) == skew


@pytest.mark.parametrize(
    "headers", [{}, {"date": ""}, {"date": "yesterday"}, {"date": "Fri, 99 May 2024 09:30:00 GMT"}]
)
def test_a_service_that_does_not_tell_the_time(headers: dict[str, str]) -> None:
    """No Date, or nonsense in it, is no skew and no error."""
    assert skew_seconds(headers, NOW) is None
