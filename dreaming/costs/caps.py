"""Caps on what may be spent, and how much of each is gone: of a run, and of a day and a month of agent and team."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import F, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from agents.models import Agent
from dreaming.models import DreamSettings, Run, Spend, SpendCap, SpendQuerySet

CENT = 10_000  # micro-dollars
CLASSES = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")


@dataclass(frozen=True, slots=True)
class Cap:
    """One cap, and what counts towards it: tokens, or micro-dollars where `is_money`."""

    name: str | Promise
    limit: int
    spent: int
    is_money: bool = True

    @property
    def left(self) -> int:
        return max(self.limit - self.spent, 0)

    @property
    def shown(self) -> tuple[str, str]:
        """What is left, and the limit."""
        return (dollars(self.left), dollars(self.limit)) if self.is_money else (f"{self.left:,}", f"{self.limit:,}")

    def refuses(self, more: int) -> bool:
        return self.spent + more > self.limit

    def says(self, more: int) -> str:
        told = dollars if self.is_money else str
        spent, wanted, limit = (told(number) for number in (self.spent, more, self.limit))
        words = gettext("%(cap)s: %(limit)s at most, %(spent)s spent or reserved, and this may take %(wanted)s")
        return words % {"cap": self.name, "limit": limit, "spent": spent, "wanted": wanted}


def dollars(micro: int) -> str:
    """Micro-dollars as people read them; less than a dollar keeps all its digits, so that no call looks free."""
    whole, rest = divmod(micro, 1_000_000)
    return f"${whole:,}.{rest // CENT:02}" if whole or rest % CENT == 0 else f"$0.{rest:06}"


def day_start(team: Team, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(team.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)


def month_start(team: Team, at: datetime) -> datetime:
    return day_start(team, at).replace(day=1)


def of_run(settings: DreamSettings, run: Run | None) -> Iterator[Cap]:
    """Of a run, or of one that is to come."""
    rows = Spend.objects.of(settings.team).counted()
    rows = rows.filter(run=run) if run else rows.none()
    if settings.max_tokens is not None:
        yield Cap(_("Tokens of a run"), settings.max_tokens, tokens_in(rows), is_money=False)
    if settings.max_cost_cents is not None:
        yield Cap(_("Money of a run"), settings.max_cost_cents * CENT, money_in(rows))


def of_days(agent: Agent, at: datetime) -> Iterator[Cap]:
    """Of the agent and of the team, for the day and the month that `at` lies in."""
    if cap := _cap(agent.team, agent):
        rows = Spend.objects.of(agent.team).counted().filter(agent=agent)
        yield from _of(cap, rows, at, _("Money of the agent in a day"), _("Money of the agent in a month"))
    yield from of_team(agent.team, at)


def of_team(team: Team, at: datetime) -> Iterator[Cap]:
    if cap := _cap(team, None):
        rows = Spend.objects.of(team).counted()
        yield from _of(cap, rows, at, _("Money of the team in a day"), _("Money of the team in a month"))


def _cap(team: Team, agent: Agent | None) -> SpendCap | None:
    cap = SpendCap.objects.of(team).filter(agent=agent).first()
    if cap is not None:
        cap.team = team
    return cap


def _of(cap: SpendCap, rows: SpendQuerySet, at: datetime, of_day: Promise, of_month: Promise) -> Iterator[Cap]:
    if cap.day_cents is not None:
        yield Cap(of_day, cap.day_cents * CENT, money_in(rows.since(day_start(cap.team, at))))
    if cap.month_cents is not None:
        yield Cap(of_month, cap.month_cents * CENT, money_in(rows.since(month_start(cap.team, at))))


def money_in(rows: SpendQuerySet) -> int:
    return rows.aggregate(sum=Sum("high"))["sum"] or 0


def tokens_in(rows: SpendQuerySet) -> int:
    return rows.aggregate(sum=Sum(sum((F(name) for name in CLASSES[1:]), start=F(CLASSES[0]))))["sum"] or 0
