"""Weeks begin on Monday, in the team's time zone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Team


def week_of(at: datetime, team: Team) -> date:
    day = at.astimezone(ZoneInfo(team.time_zone)).date()
    return day - timedelta(days=day.weekday())


def next_begins(at: datetime, team: Team) -> datetime:
    return datetime.combine(week_of(at, team) + timedelta(days=7), time(), ZoneInfo(team.time_zone))
