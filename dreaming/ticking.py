"""What dreaming's tick looks for: agents that are due, and runs that wait for a worker that never came."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from audit import trail
from dreaming import runs, schedules, settings
from dreaming.enums import RunOrigin, RunState
from dreaming.models import Run, Schedule

WAKE_AGAIN = timedelta(seconds=30)


def start_due(*, now: datetime) -> list[Run]:
    """Queue a run for each agent whose time has come, and move its time on.

    Two ticks start one run; times that were missed make one; an agent that dreams already is only moved on.
    """
    due = Schedule.objects.across_teams().filter(next_at__lte=now, agent__archived_at=None)
    started = [_start(schedule, now) for schedule in due.select_related("agent__team").order_by("next_at", "pk")]
    return [run for run in started if run is not None]


def forgotten(*, now: datetime) -> list[int]:
    """Runs that may be claimed and whose message should have come long ago."""
    late = Q(state=RunState.RUNNING) | Q(resume_at__isnull=False) | Q(queued_at__lte=now - WAKE_AGAIN)
    return list(Run.objects.across_teams().claimable(now).filter(late).order_by("pk").values_list("pk", flat=True))


def _start(schedule: Schedule, now: datetime) -> Run | None:
    agent = schedule.agent
    next_at = schedules.next_after(settings.of(agent), now)
    with trail.unit_of_work(at=now):
        same = Schedule.objects.of(agent.team).filter(pk=schedule.pk, next_at=schedule.next_at)
        if not same.update(next_at=next_at):
            return None
        try:
            return runs.queue(agent=agent, origin=RunOrigin.SCHEDULE, by=trail.SYSTEM, at=now)
        except runs.AlreadyDreaming:
            return None
