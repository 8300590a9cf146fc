"""What people are shown of costs: of a run by stage, of an agent and a team by month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Min, Q, Sum
from django.db.models.functions import TruncMonth

from accounts.models import Team
from agents.models import Agent
from dreaming import settings
from dreaming.costs import caps
from dreaming.costs.caps import Cap, dollars
from dreaming.costs.prices import COUNTED, rates_of
from dreaming.costs.rates import Rate
from dreaming.enums import SpendState
from dreaming.models import Run, Spend, SpendCap

MONTHS = 6


@dataclass(frozen=True, slots=True)
class Line:
    """What some calls took. `low` and `high` are micro-dollars; `unknown` calls are of models without a price."""

    name: str
    calls: int
    reserved: int
    input: int
    output: int
    cache_read: int
    cache_written: int
    batched: int
    low: int
    high: int
    full: int
    unknown: int

    @property
    def money(self) -> str:
        if self.unknown == self.calls:
            return ""
        return dollars(self.high) if self.low == self.high else f"{dollars(self.low)} – {dollars(self.high)}"

    @property
    def saved(self) -> str:
        """What caches and batches saved, against the same tokens without them."""
        return dollars(self.full - self.high) if self.full > self.high else ""


@dataclass(frozen=True, slots=True)
class RunCost:
    stages: tuple[Line, ...]
    whole: Line
    caps: tuple[Cap, ...]


@dataclass(frozen=True, slots=True)
class Month:
    agent: Agent
    begins: datetime
    line: Line


def of_run(run: Run, now: datetime) -> RunCost | None:
    """By stage, in the order in which they began; None where no model was asked."""
    rows = Spend.objects.of(run.team).counted().filter(run=run)
    stages = tuple(_line(found["stage"], found) for found in summed(rows.values("stage")).order_by("first", "stage"))
    if not stages:
        return None
    chosen = settings.as_of(agent=run.agent, version=run.settings_version)
    own = [*caps.of_run(chosen, run), *caps.of_days(run.agent, now)]
    return RunCost(stages, _total(stages), tuple(own))


def of_month(agent: Agent, now: datetime) -> str:
    """Money of an agent's dreams in this month, and what of it may be spent; empty where no model was asked."""
    rows = Spend.objects.of(agent.team).counted().filter(agent=agent).since(caps.month_start(agent.team, now))
    found = rows.aggregate(low=Sum("low", default=0), high=Sum("high", default=0), calls=Count("pk"))
    if not found["calls"]:
        return ""
    low, high = found["low"], found["high"]
    return dollars(high) if low == high else f"{dollars(low)} – {dollars(high)}"


def months(team: Team, now: datetime) -> list[Month]:
    """Of each agent and month, the newest first."""
    since = caps.month_start(team, now)
    for _back in range(MONTHS - 1):
        since = caps.month_start(team, since - timedelta(days=1))
    rows = Spend.objects.of(team).counted().since(since)
    by_month = rows.annotate(month=TruncMonth("at", tzinfo=ZoneInfo(team.time_zone))).values("month", "agent")
    found = list(summed(by_month).order_by("-month", "agent"))
    agents = Agent.objects.of(team).in_bulk({one["agent"] for one in found})
    return [Month(agents[one["agent"]], one["month"], _line("", one)) for one in found]


def summed(rows: Any) -> Any:
    """What the calls of each group took, in the columns of a `Line`; `first` says which began first."""
    sums = {name: Sum(name, default=0) for name in ("input", "output", "cache_read", "low", "high", "full")}
    return rows.annotate(
        calls=Count("pk"),
        reserved=Count("pk", filter=Q(state=SpendState.RESERVED)),
        batched=Count("pk", filter=Q(is_batch=True)),
        unknown=Count("pk", filter=Q(high=None)),
        cache_written=Sum(F("cache_write_5m") + F("cache_write_1h"), default=0),
        first=Min("pk"),
        **sums,
    )


def _line(name: str, found: dict[str, Any]) -> Line:
    return Line(name, *(found[one.name] for one in fields(Line)[1:]))


def _total(lines: Iterable[Line]) -> Line:
    rows = list(lines)
    return Line("", *(sum(getattr(row, one.name) for row in rows) for one in fields(Line)[1:]))


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A price as it is shown, in dollars per million tokens."""

    rate: Rate
    prices: tuple[str, ...]

    @property
    def is_own(self) -> bool:
        return self.rate.order >= 0


def price_rows(team: Team) -> list[PriceRow]:
    """All prices there are, by model, the latest first."""
    ordered = sorted(rates_of(team), key=lambda one: (one.model, one.above_tokens, -one.valid_from.toordinal()))
    return [PriceRow(one, tuple(dollars(getattr(one, name)) for name in COUNTED)) for one in ordered]


def agent_caps(team: Team) -> list[SpendCap]:
    """Of single agents, those that hold."""
    rows = SpendCap.objects.of(team).exclude(agent=None).exclude(day_cents=None, month_cents=None)
    return list(rows.select_related("agent").order_by("agent__name", "pk"))
