from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.past import moments


@pytest.mark.parametrize(
    ("text", "zone", "found"),
    [
        ("2026-11-03 14:00", "Europe/Berlin", datetime(2026, 11, 3, 13, 0, tzinfo=UTC)),
        (" 2026-11-03T14:00:00.000001 ", "UTC", datetime(2026, 11, 3, 14, 0, 0, 1, tzinfo=UTC)),
        ("2026-11-03", "America/New_York", datetime(2026, 11, 3, 5, 0, tzinfo=UTC)),
        ("2026-10-25T02:30+01:00", "Asia/Tokyo", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-10-25T00:30Z", "Europe/Berlin", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_moment_is_read_by_the_clocks_of_the_zone(text, zone, found):
    assert moments.read(text, zone) == found


def test_hour_that_came_twice_has_to_be_said_exactly():
    with pytest.raises(moments.NoMoment) as twice:
        moments.read("2026-10-25 02:30", "Europe/Berlin")

    assert "2026-10-25T00:30:00Z, the first time, or 2026-10-25T01:30:00Z" in str(twice.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-03-29 02:30", "never showed this"),
        ("yesterday", "Write it as"),
        ("", "Write it as"),
        ("1789-07-14", "Years from 1990"),
        ("9999-12-31T23:59-23:00", "Years from 1990"),
        ("0001-01-01", "Years from 1990"),
    ],
)
def test_what_is_no_moment_is_said(text, reason):
    with pytest.raises(moments.NoMoment, match=reason):
        moments.read(text, "Europe/Berlin")


@given(
    at=st.datetimes(datetime(1990, 1, 2), datetime(2999, 12, 30), timezones=st.just(UTC)),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Australia/Lord_Howe"]),
)
def test_text_of_a_moment_is_read_as_it_anywhere(at, zone):
    assert moments.read(moments.text(at), zone) == at
