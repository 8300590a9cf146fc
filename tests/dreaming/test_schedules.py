from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreaming import schedules
from dreaming.models import DreamSettings

BERLIN = "Europe/Berlin"


def settings(frequency, **values):
    return DreamSettings(frequency=frequency, **{"hour": 2, "minute": 30, "time_zone": BERLIN} | values)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("chosen", "now", "expected"),
    [
        (settings("daily"), "2026-01-10 00:00", "2026-01-10 01:30"),
        (settings("daily"), "2026-01-10 01:30", "2026-01-11 01:30"),
        (settings("daily"), "2026-07-10 00:00", "2026-07-10 00:30"),
        # 29 March 2026: 02:30 does not exist; 03:00 is the first minute after the gap
        (settings("daily"), "2026-03-28 12:00", "2026-03-29 01:00"),
        (settings("daily"), "2026-03-29 01:00", "2026-03-30 00:30"),
        # 25 October 2026: 02:30 comes twice, and one dream is enough
        (settings("daily"), "2026-10-24 12:00", "2026-10-25 00:30"),
        (settings("daily"), "2026-10-25 00:30", "2026-10-26 01:30"),
        (settings("hourly"), "2026-10-25 00:30", "2026-10-25 01:30"),
        (settings("hourly"), "2026-03-29 00:30", "2026-03-29 01:30"),
        (settings("weekly", weekday=0), "2026-03-24 00:00", "2026-03-30 00:30"),
        (settings("weekly", weekday=6), "2026-03-24 00:00", "2026-03-29 01:00"),
        (settings("monthly", day=28), "2026-02-28 02:00", "2026-03-28 01:30"),
        (settings("monthly", day=1), "2026-12-05 02:00", "2027-01-01 01:30"),
        (settings("monthly", day=1, time_zone="Pacific/Auckland"), "2026-05-01 00:00", "2026-05-31 14:30"),
    ],
)
def test_next_dream_is_right_through_clock_changes(chosen, now, expected):
    assert schedules.next_after(chosen, utc(now)) == utc(expected)


def test_no_dream_comes_where_none_is_wanted():
    assert schedules.next_after(settings("off"), utc("2026-01-01 00:00")) is None
    assert schedules.next_five(settings("off"), utc("2026-01-01 00:00")) == []


@given(
    frequency=st.sampled_from(["hourly", "daily", "weekly", "monthly"]),
    zone=st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata"]),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    weekday=st.integers(0, 6),
    day=st.integers(1, 28),
)
def test_five_next_times_rise_and_stand_at_the_minute(frequency, zone, now, hour, minute, weekday, day):
    chosen = settings(frequency, time_zone=zone, hour=hour, minute=minute, weekday=weekday, day=day)

    times = schedules.next_five(chosen, now)

    assert len(times) == 5
    assert times == sorted(set(times))
    assert times[0] > now
    assert times == schedules.next_five(chosen, times[0] - timedelta(seconds=1))
    local = times[1].astimezone(ZoneInfo(zone))
    if frequency == "weekly" and local.hour == hour:
        assert local.weekday() == weekday
    if frequency == "monthly" and local.hour == hour:
        assert local.day == day


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        (settings("off"), "Only when somebody asks"),
        (settings("hourly"), "Every hour at minute 30"),
        (settings("daily"), "Every day at 02:30, Europe/Berlin"),
        (settings("weekly", weekday=4), "Every Friday at 02:30, Europe/Berlin"),
        (settings("monthly", day=3), "On day 3 of every month at 02:30, Europe/Berlin"),
    ],
)
def test_schedule_says_when_in_words(chosen, says):
    assert schedules.sentence(chosen) == says
