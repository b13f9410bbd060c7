from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.timestamps import format_epoch, format_iso8601, parse_epoch, parse_timestamp

_MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - aware by timezones=
_NOON = datetime(2019, 7, 17, 15, 45, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2019-07-17T15:45:12Z", _NOON),
        ("2019-07-17T15:45:12.880Z", _NOON.replace(microsecond=880_000)),
        ("2019-07-17T15:45:12.880001Z", _NOON.replace(microsecond=880_001)),
        ("2019-07-17T17:45:12+02:00", _NOON),
        ("20190717T154512Z", _NOON),
        ("2019-07-17T15:45:12", _NOON),
        ("2019-07-17", datetime(2019, 7, 17, tzinfo=UTC)),
        ("1563378312", _NOON),
        ("1563378312.88", _NOON.replace(microsecond=880_000)),
        ("1.563378312E9", _NOON),
        ("-1", datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("Wed, 17 Jul 2019 15:45:12 GMT", _NOON),
        ("Wed, 17 Jul 2019 17:45:12 +0200", _NOON),
        ("Wed, 17 Jul 2019 15:45:12 -0000", _NOON),
    ],
)
def test_every_form_of_aws_is_read(text: str, moment: datetime) -> None:
    """A client may write a time in ISO 8601, in seconds since the epoch, or as HTTP dates are."""
    parsed = parse_timestamp(text)

    assert parsed == moment
    assert parsed.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2019-13-01",
        "1e99",
        "99999999999999",
        "nan",
        "inf",
        "\uff11\uff12",
        "1_0",
        " 1",
        "0001-01-01T00:00:00+10:00",
        ",",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    """A text that is no time, or a time outside the years 1 to 9999, is refused and never guessed."""
    with pytest.raises(ValueError):  # noqa: PT011 - the caller has the words
        parse_timestamp(text)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever text arrives, it is a time or a refusal, and nothing else happens."""
    try:
        assert parse_timestamp(text).tzinfo is UTC
    except ValueError:
        return


@given(_MOMENTS)
def test_iso8601_keeps_the_microsecond(moment: datetime) -> None:
    """A time written in ISO 8601 is read back as the same one."""
    assert parse_timestamp(format_iso8601(moment)) == moment


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - aware by timezones=
def test_epoch_keeps_the_microsecond(moment: datetime) -> None:
    """A time written as a JSON number is read back as the same one."""
    assert parse_epoch(format_epoch(moment)) == moment


def test_forms_are_the_ones_that_sdks_know() -> None:
    """Whole seconds are whole numbers; ISO 8601 has milliseconds and a Z."""
    half = datetime(2019, 7, 17, 17, 45, 12, 500_000, tzinfo=timezone(timedelta(hours=2)))

    assert format_epoch(_NOON) == 1563378312
    assert isinstance(format_epoch(_NOON), int)
    assert format_epoch(half) == 1563378312.5
    assert format_iso8601(half) == "2019-07-17T15:45:12.500Z"
    assert format_iso8601(_NOON.replace(microsecond=1)) == "2019-07-17T15:45:12.000001Z"
