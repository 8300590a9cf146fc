"""Working time: hours by hand, and what holds for all moments and zones."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.inbox import ageing

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")
moments = st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from(ZONES)
hours = st.integers(1, 200)


def at(text, zone="Europe/Berlin"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("opened", "target", "due"),
    (
        ("2026-03-02T09:00", 4, "2026-03-02T13:00"),  # a Monday
        ("2026-03-02T15:00", 4, "2026-03-03T11:00"),
        ("2026-03-02T09:00", 8, "2026-03-02T17:00"),  # the end of a day, not the beginning of the next
        ("2026-03-06T16:30", 1, "2026-03-09T09:30"),  # over the weekend
        ("2026-03-07T12:00", 8, "2026-03-09T17:00"),  # opened on a Saturday
        ("2026-03-02T03:00", 8, "2026-03-02T17:00"),  # before the day begins
        ("2026-03-27T16:00", 2, "2026-03-30T10:00"),  # summer time begins in between
    ),
)
def test_due_times_by_hand(opened, target, due):
    assert ageing.due_at(opened_at=at(opened), hours=target, zone="Europe/Berlin") == at(due)


def test_the_level_turns_amber_at_three_quarters_and_red_at_the_target():
    opened, due = at("2026-03-02T09:00"), at("2026-03-02T17:00")

    def level(now):
        return ageing.age(opened_at=opened, due_at=due, now=at(now), zone="Europe/Berlin").level

    assert [level(f"2026-03-02T{clock}") for clock in ("14:59", "15:00", "16:59", "17:00")] == [
        "fresh",
        "amber",
        "amber",
        "red",
    ]


def test_targets_come_from_the_policy_document_where_it_names_them():
    assert ageing.targets({}) == {"critical": 4, "high": 8, "medium": 16, "low": 40}
    assert ageing.targets({"targets": {"high": 2}})["high"] == 2
    assert ageing.targets({"targets": {"high": 2}})["low"] == 40


@given(moments, hours, zones)
def test_so_many_working_hours_lie_between_opening_and_due(opened, target, zone):
    due = ageing.due_at(opened_at=opened, hours=target, zone=zone)

    assert ageing.working_hours(opened, due, zone=zone) == pytest.approx(target)


@given(moments, hours, zones)
def test_nobody_works_at_night_or_on_a_weekend(opened, target, zone):
    local = ageing.due_at(opened_at=opened, hours=target, zone=zone).astimezone(ZoneInfo(zone))

    nine, five = (local.replace(hour=hour, minute=0, second=0, microsecond=0) for hour in (9, 17))
    assert local.weekday() < 5
    assert nine < local <= five


@given(moments, moments, zones)
def test_working_time_only_grows_and_adds_up(one, other, zone):
    first, last = sorted((one, other))
    middle = first + (last - first) / 2

    whole = ageing.working_hours(first, last, zone=zone)
    parts = ageing.working_hours(first, middle, zone=zone) + ageing.working_hours(middle, last, zone=zone)

    assert whole >= 0
    assert parts == pytest.approx(whole)


@given(moments, hours, zones)
def test_a_later_opening_is_never_due_earlier(opened, target, zone):
    due = ageing.due_at(opened_at=opened, hours=target, zone=zone)
    later = ageing.due_at(opened_at=opened + timedelta(hours=1), hours=target, zone=zone)

    assert later >= due
