from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.rfc3339 import read_time

ANY_TIME = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30))  # noqa: DTZ001 - UTC below
OFFSETS = st.sampled_from(["+00:00", "-00:00", "Z", "z"])


@given(ANY_TIME, OFFSETS)
def test_every_time_is_read_back(time: datetime, offset: str) -> None:
    """Whatever is written in the form of RFC 3339 is the same time read."""
    assert read_time(time.isoformat() + offset) == time.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T00:00:00Z\0",
        "2026-W47-7T00:00:00Z",
        "20261122T000000Z",
        "2026-11-22T00:00:00+00:00:01",
        "2026-11-22T00:00:00",
        "2026-11-22T00:00Z",
        "2026-11-22T00:00:00,5Z",
        1795305600,
        None,
    ],
)
def test_what_iso_8601_has_beside_is_no_time(text: object) -> None:
    """Other forms of ISO 8601, and text after the time, are not read."""
    assert read_time(text) is None


@pytest.mark.parametrize("text", ["2026-02-30T00:00:00Z", "0001-01-01T00:00:00+01:00", "2026-11-22T24:30:00Z"])
def test_no_time_of_the_calendar(text: str) -> None:
    """A time of the right form that never was is told apart."""
    with pytest.raises(ValueError, match=r".+"):
        read_time(text)
