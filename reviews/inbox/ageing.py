"""How long a proposal may wait: targets for each tier in working hours, Monday to Friday 9 to 17 in the team's zone.

Pure: no clock and no database. A working day is eight hours, so one business day is a target of 8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

TARGETS: Mapping[str, float] = {"critical": 4, "high": 8, "medium": 16, "low": 40}
AMBER, RED = 0.75, 1.0

_OPENS, _CLOSES = time(9), time(17)
_DAY = 8 * 3600
_WORKDAYS = 5
_MONDAY = date(2001, 1, 1)


@dataclass(frozen=True, slots=True)
class Age:
    """How much of its target a proposal has used; `until_due` is negative once it is overdue."""

    ratio: float
    until_due: timedelta

    @property
    def level(self) -> str:
        return "red" if self.ratio >= RED else "amber" if self.ratio >= AMBER else "fresh"

    @property
    def is_overdue(self) -> bool:
        return self.ratio >= RED


def targets(document: Mapping[str, object]) -> dict[str, float]:
    """Working hours for each tier: those of the policy document, the defaults where it names none."""
    own = document.get("targets")
    named = own if isinstance(own, Mapping) else {}
    return {tier: float(named.get(tier, hours)) for tier, hours in TARGETS.items()}


def due_at(*, opened_at: datetime, hours: float, zone: str) -> datetime:
    """When so many working hours after opening have passed."""
    where = ZoneInfo(zone)
    return _moment(_worked(opened_at, where) + round(hours * 3600), where)


def age(*, opened_at: datetime, due_at: datetime, now: datetime, zone: str) -> Age:
    where = ZoneInfo(zone)
    began = _worked(opened_at, where)
    target = max(1.0, _worked(due_at, where) - began)
    return Age(max(0.0, _worked(now, where) - began) / target, due_at - now)


def working_hours(since: datetime, until: datetime, *, zone: str) -> float:
    where = ZoneInfo(zone)
    return (_worked(until, where) - _worked(since, where)) / 3600


def _worked(moment: datetime, where: ZoneInfo) -> float:
    """Working seconds from a Monday long ago up to this moment."""
    local = moment.astimezone(where)
    weeks, weekday = divmod((local.date() - _MONDAY).days, 7)
    whole = weeks * _WORKDAYS + min(weekday, _WORKDAYS)
    return whole * _DAY + (_into_the_day(local.time()) if weekday < _WORKDAYS else 0)


def _into_the_day(clock: time) -> float:
    since_nine = (clock.hour - _OPENS.hour) * 3600 + clock.minute * 60 + clock.second + clock.microsecond / 1e6
    return min(max(since_nine, 0.0), _DAY)


def _moment(worked: float, where: ZoneInfo) -> datetime:
    """The first moment at which so many seconds are worked: a day's end rather than the next day's beginning."""
    days, rest = divmod(worked, _DAY)
    if not rest:
        days, rest = days - 1, float(_DAY)
    weeks, weekday = divmod(int(days), _WORKDAYS)
    day = _MONDAY + timedelta(weeks=weeks, days=weekday)
    local = datetime.combine(day, _OPENS, tzinfo=where) + timedelta(seconds=rest)
    return local.astimezone(UTC)
