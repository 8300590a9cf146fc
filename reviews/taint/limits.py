"""How much an agent may put forward over the API. Counted in the database, so that it holds over any number of
processes; what was refused leaves nothing but an event, once a minute.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Team
from agents.models import Agent
from audit import trail
from reviews import policy
from reviews.models import Allowance

TOO_OFTEN, TOO_MANY = "too_many_proposals", "too_many_open_proposals"
TOLD_EVERY = timedelta(minutes=1)
LOOK_AGAIN = 600  # seconds, where people have to decide first


@dataclass(frozen=True, slots=True)
class Limits:
    """Proposals an agent may open in a minute, at once, and have waiting."""

    per_minute: int
    burst: int
    open: int


class Limited(Exception):
    """The agent wants more than it may; it can come back in so many seconds."""

    def __init__(self, code: str, message: str, seconds: int) -> None:
        super().__init__(message)
        self.code, self.seconds = code, seconds


def of(team: Team) -> Limits:
    return Limits(**policy.document_of(team)["machines"])


def take(*, agent: Agent, by: Any, at: datetime) -> None:
    """Count one more proposal of this agent, sound or not. Raises Limited."""
    most, limited = of(agent.team), None
    with trail.unit_of_work(at=at) as unit:
        row = _locked(agent, most, at)
        row.left, row.at = _left(row, most, at), max(at, row.at)
        if row.left >= 1:
            row.left -= 1
        else:
            seconds = max(1, math.ceil((1 - row.left) * 60 / most.per_minute)) if most.per_minute else LOOK_AGAIN
            message = f"more than {most.per_minute} proposals in a minute ({most.burst} at once)"
            limited = Limited(TOO_OFTEN, f"{message}; try again in {seconds} s", seconds)
            _tell(row, TOO_OFTEN, most.per_minute, by, at, unit)
        row.save(update_fields=["left", "at", "told_at"])
    if limited:
        raise limited


def refuse_open(*, agent: Agent, message: str, by: Any, at: datetime) -> Limited:
    """Record that too many of its proposals wait; returns the refusal."""
    most = of(agent.team)
    with trail.unit_of_work(at=at) as unit:
        row = _locked(agent, most, at)
        _tell(row, TOO_MANY, most.open, by, at, unit)
        row.save(update_fields=["told_at"])
    return Limited(TOO_MANY, message, LOOK_AGAIN)


def _locked(agent: Agent, most: Limits, at: datetime) -> Allowance:
    rows = Allowance.objects.of(agent.team).select_for_update()
    row, _ = rows.get_or_create(agent=agent, defaults={"team": agent.team, "left": most.burst, "at": at})
    return row


def _left(row: Allowance, most: Limits, at: datetime) -> float:
    gained = max(0.0, (at - row.at).total_seconds()) * most.per_minute / 60
    return min(float(most.burst), row.left + gained)


def _tell(row: Allowance, code: str, most: int, by: Any, at: datetime, unit: trail.Unit) -> None:
    """An agent that is refused again and again does not fill the log."""
    if row.told_at is None or at - row.told_at >= TOLD_EVERY:
        row.told_at = at
        data = {"agent": row.agent.public_id, "reason_code": code, "most": most}
        unit.record("access.limited", target=row.agent, by=by, data=data, outcome="denied")
