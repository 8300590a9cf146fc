"""Ending a test that nobody decided: it counts for nobody, and stands among the withdrawn changes."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Team
from audit import trail
from audit.trail import Actor
from reviews.enums import State
from reviews.models import Canary, Change, Proposal


def locked(team: Team, **wanted: object) -> Canary | None:
    """A test that still waits, under its lock."""
    rows = Canary.objects.of(team).waiting().filter(**wanted).select_for_update(no_key=True, of=("self",))
    return rows.select_related("change").first()


def end(canary: Canary, *, by: Actor, at: datetime, unit: trail.Unit) -> None:
    """Settle it for good, within the caller's unit."""
    canary.change.become(State.WITHDRAWN, at=at)
    canary.ended_at = at
    canary.save(update_fields=["ended_at", "by", "verdict", "dwell_ms"])
    data = {"canary": canary.public_id, "attack": canary.attack}
    if canary.by_id is None:
        unit.record("canary.ended", target=canary.change, by=by, data=data)
    else:
        dwell = {} if canary.dwell_ms is None else {"dwell_ms": canary.dwell_ms}
        said = {"verdict": canary.verdict, "caught": canary.is_caught}
        unit.record("canary.decided", target=canary.change, by=by, data=data | said | dwell)


def of_proposal(proposal: Proposal, *, by: Actor, at: datetime, unit: trail.Unit) -> None:
    """A proposal that closes takes its test along."""
    canary = locked(proposal.team, proposal=proposal)
    if canary is not None:
        end(canary, by=by, at=at, unit=unit)


def touch(change: Change, *, by: Actor, at: datetime) -> None:
    """Somebody does anything but decide: edits it, talks about it. Neither caught nor missed."""
    with trail.unit_of_work(at=at) as unit:
        canary = locked(change.team, change=change)
        if canary is not None:
            end(canary, by=by, at=at, unit=unit)
