"""Days and hours of the sample, counted back from the day on which it is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ROTTERDAM = "Europe/Amsterdam"
CHICAGO = "America/Chicago"
FRIDAY = 4


@dataclass(frozen=True, slots=True)
class When:
    """A time of day in an office, so many days before the day of loading: working days, or any days for incidents."""

    back: int
    clock: str
    zone: str = ROTTERDAM
    any_day: bool = False

    @property
    def rank(self) -> tuple[float, str]:
        """The order in which sessions get their ids: earliest first, whatever the day of loading."""
        return (-self.back * (5 / 7 if self.any_day else 1), self.clock)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Everything but late outcomes lies before the day of `as_of` (Rotterdam)."""

    as_of: datetime

    def moment(self, when: When) -> datetime:
        moment = time.fromisoformat(when.clock)
        day = self._any(when.back) if when.any_day else self._working(when.back)
        return datetime.combine(day, moment, ZoneInfo(when.zone)).astimezone(UTC)

    def spoken(self, back: int) -> str:
        """A working day as people write it: 3 March 2026."""
        day = self._working(back)
        return f"{day.day} {day:%B %Y}"

    @property
    def _today(self) -> date:
        return self.as_of.astimezone(ZoneInfo(ROTTERDAM)).date()

    def _any(self, back: int) -> date:
        return self._today - timedelta(days=back)

    def _working(self, back: int) -> date:
        day = self._today
        for _ in range(back):
            day -= timedelta(days=1)
            while day.weekday() > FRIDAY:
                day -= timedelta(days=1)
        return day
