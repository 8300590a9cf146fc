"""When an agent dreams next: pure reckoning over its settings, in its time zone."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext

from dreaming.enums import Frequency
from dreaming.models import DreamSettings


def next_after(settings: DreamSettings, now: datetime) -> datetime | None:
    """The first time after `now`, in UTC; None where the agent never dreams by itself.

    A time that the clocks skip in spring comes at the first minute after the gap; one that they show twice in autumn
    comes once (an hourly dream comes every hour).
    """
    times = _next(settings, now, 1)
    return times[0] if times else None


def next_five(settings: DreamSettings, now: datetime) -> list[datetime]:
    return _next(settings, now, 5)


def sentence(settings: DreamSettings) -> str:
    """The schedule in words."""
    time = f"{settings.hour:02}:{settings.minute:02}"
    zone = settings.time_zone
    if settings.frequency == Frequency.HOURLY:
        return gettext("Every hour at minute %(minute)s") % {"minute": f"{settings.minute:02}"}
    if settings.frequency == Frequency.DAILY:
        return gettext("Every day at %(time)s, %(zone)s") % {"time": time, "zone": zone}
    if settings.frequency == Frequency.WEEKLY:
        weekday = WEEKDAYS[settings.weekday]
        return gettext("Every %(weekday)s at %(time)s, %(zone)s") % {"weekday": weekday, "time": time, "zone": zone}
    if settings.frequency == Frequency.MONTHLY:
        values = {"day": settings.day, "time": time, "zone": zone}
        return gettext("On day %(day)s of every month at %(time)s, %(zone)s") % values
    return gettext("Only when somebody asks")


def _next(settings: DreamSettings, now: datetime, count: int) -> list[datetime]:
    cron = _cron(settings)
    if not cron:
        return []
    local = now.astimezone(ZoneInfo(settings.time_zone))
    return [time.astimezone(UTC) for time in islice(CronSim(cron, local), count)]


def _cron(settings: DreamSettings) -> str:
    minute, hour = settings.minute, settings.hour
    return {
        Frequency.HOURLY: f"{minute} * * * *",
        Frequency.DAILY: f"{minute} {hour} * * *",
        Frequency.WEEKLY: f"{minute} {hour} * * {(settings.weekday + 1) % 7}",  # cron's week begins on Sunday
        Frequency.MONTHLY: f"{minute} {hour} {settings.day} * *",
    }.get(Frequency(settings.frequency), "")
