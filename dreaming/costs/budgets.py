"""The budget that engines spend by: asked before each call, told after it, and kept in rows that outlive a crash.

What is reserved counts as spent until it is settled or released. A reservation of which nothing is heard any more
(its worker was lost) goes on counting as the most that it can have been: the call may have been made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Team
from agents.models import Agent, Connection
from audit import trail
from dreaming.costs import caps, prices, rates
from dreaming.costs.rates import Amount
from dreaming.engines.spending import OverBudget, Tokens
from dreaming.enums import EngineName, SpendState
from dreaming.leases import Clock
from dreaming.models import DreamSettings, Run, Spend

LOST_AFTER = timedelta(hours=26)  # a batch ends after 24 hours at the latest


@dataclass(frozen=True, slots=True)
class RunBudget:
    """One run's caps and account; without a run (an answer to a reviewer) only caps of days and months hold."""

    agent: Agent
    settings: DreamSettings
    run: Run | None
    clock: Clock
    in_region: bool = False
    is_split: bool = True
    _made: list[str] = field(default_factory=list)

    def reserve(self, *, stage: str, model: str, tokens: Tokens, is_batch: bool = False) -> str:
        team, now = self.agent.team, self.clock()
        cost = self._amount(model, tokens, is_batch, now)
        with trail.unit_of_work(at=now):
            Team.objects.select_for_update(no_key=True).get(pk=team.pk)  # what is reserved is counted one at a time
            self._refuse(model, tokens, cost, now)
            row = Spend.objects.create(
                team=team,
                agent=self.agent,
                run=self.run,
                stage=stage,
                model=model,
                is_batch=is_batch,
                at=now,
                **_columns(tokens, cost),
            )
        self._made.append(row.public_id)
        return str(row.public_id)

    def settle(self, reservation: str, *, tokens: Tokens, request_id: str = "") -> None:
        now = self.clock()
        with trail.unit_of_work(at=now):
            row = Spend.objects.of(self.agent.team).select_for_update().get(public_id=reservation)
            if row.state == SpendState.BOOKED:
                return
            columns = _columns(tokens, self._amount(row.model, tokens, row.is_batch, row.at))
            self._write(row, SpendState.BOOKED, now, request_id=request_id[:128], **columns)

    def release(self, reservation: str) -> None:
        now = self.clock()
        with trail.unit_of_work(at=now):
            row = Spend.objects.of(self.agent.team).select_for_update().get(public_id=reservation)
            if row.state in (SpendState.RESERVED, SpendState.ASSUMED):
                self._write(row, SpendState.RELEASED, now)

    def usage(self) -> Mapping[str, int]:
        rows = Spend.objects.of(self.agent.team).counted()
        rows = rows.filter(public_id__in=self._made) if self.run is None else rows.filter(run=self.run)
        told = dict.fromkeys((f"{name}_tokens" for name in caps.CLASSES), 0)
        known, highest = 0, 0
        for row in rows:
            for name in caps.CLASSES:
                told[f"{name}_tokens"] += getattr(row, name)
            known, highest = known + (row.low or 0), highest + (row.high or 0)
        unknown = sum(row.high is None for row in rows)
        told |= {"calls": len(rows), "micro_dollars": highest}
        if known != highest:
            told["micro_dollars_at_least"] = known
        return told | ({"calls_without_price": unknown} if unknown else {})

    def _write(self, row: Spend, state: SpendState, now: datetime, **columns: object) -> None:
        Spend.objects.of(self.agent.team).filter(pk=row.pk).update(state=state, settled_at=now, **columns)

    def _amount(self, model: str, tokens: Tokens, is_batch: bool, at: datetime) -> Amount | None:
        team = self.agent.team
        day = at.astimezone(ZoneInfo(team.time_zone)).date()
        rate = rates.find(prices.rates_of(team), model=model, day=day, prompt=rates.prompt_of(tokens))
        if rate is None:
            return None
        return rates.amount(rate, tokens, is_batch=is_batch, in_region=self.in_region, is_split=self.is_split)

    def _refuse(self, model: str, tokens: Tokens, cost: Amount | None, now: datetime) -> None:
        whole = rates.prompt_of(tokens) + tokens.output
        for cap in self.caps(now):
            if cap.is_money and cost is None:
                raise OverBudget(f"{cap.name} is capped, and {model} has no price: an admin can set one")
            more = cost.high if cap.is_money and cost is not None else whole
            if cap.refuses(more):
                raise OverBudget(cap.says(more))

    def caps(self, at: datetime) -> list[caps.Cap]:
        of_run = caps.of_run(self.settings, self.run) if self.run is not None else ()
        return [*of_run, *caps.of_days(self.agent, at)]


def of(*, agent: Agent, settings: DreamSettings, run: Run | None, clock: Clock) -> RunBudget:
    connections = Connection.objects.of(agent.team).filter(public_id=settings.connection)
    region = connections.values_list("region", flat=True).first() or ""
    engine = run.engine if run is not None else settings.engine
    return RunBudget(
        agent,
        settings,
        run,
        clock,
        in_region=region not in ("", "global"),
        is_split=engine != EngineName.MANAGED,  # a dream does not tell for how long it wrote to caches
    )


def lapse(*, now: datetime) -> int:
    """Mark what was reserved so long ago that nobody will settle it. It goes on counting."""
    lost = Spend.objects.across_teams().filter(state=SpendState.RESERVED, at__lt=now - LOST_AFTER)
    return lost.update(state=SpendState.ASSUMED)


def _columns(tokens: Tokens, cost: Amount | None) -> dict[str, int | None]:
    money = (
        {"low": None, "high": None, "full": None}
        if cost is None
        else {"low": cost.low, "high": cost.high, "full": cost.full}
    )
    return {name: getattr(tokens, name) for name in caps.CLASSES} | money
