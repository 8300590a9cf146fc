"""Scenes for what dreams cost."""

from dataclasses import dataclass
from datetime import timedelta

from audit import trail
from dreaming import settings
from dreaming.costs import budgets
from dreaming.models import SpendCap
from tests.dreaming.scenes import AT, run

MODEL = "claude-haiku-4-5"  # $1 in and $5 out per million tokens


@dataclass
class Clock:
    at: object = AT

    def __call__(self):
        return self.at

    def move(self, **span):
        self.at += timedelta(**span)


def budget(agent, *, clock=None, with_run=True, **values):
    """The budget of a run of the agent with these settings."""
    chosen = settings.set_(agent=agent, values={"model": MODEL} | values, by=trail.SYSTEM, at=AT)
    return budgets.of(agent=agent, settings=chosen, run=run(agent) if with_run else None, clock=clock or Clock())


def cap(team, *, agent=None, day=None, month=None):
    return SpendCap.objects.create(team=team, agent=agent, day_cents=day, month_cents=month, set_by_id="system", at=AT)
