"""What a reviewer says to a test. It is no vote: it stands in `Canary`, and they are told at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from accounts.models import Team, User
from audit import trail
from reviews import decisions, desk, policy
from reviews.bounds import Bound
from reviews.canaries import ending
from reviews.decisions import Settled, Word
from reviews.models import Canary, Change
from reviews.watching.facts import Facts


def decide(
    *,
    team: Team,
    change_id: str,
    revision_id: str,
    bound: Bound,
    word: Word,
    by: User,
    at: datetime,
    opened: Collection[str] = (),
    facts: Facts | None = None,
) -> Canary:
    """End a test with what this person says to it: whatever is no approval has caught it.

    Where the memory under it moved, it ends and counts for nobody. Raises what `decisions.decide` raises: Settled where
    it is over, Refused for an incomplete word, NotAble for somebody who decides nothing in the team.
    """
    with trail.unit_of_work(at=at) as unit:
        change = Change.with_canaries.of(team).get(public_id=change_id, canary=True)
        decisions.refuse_unable(change, policy.members_of(team, [by.pk]).get(by.pk))
        canary = ending.locked(team, change=change)
        change = desk.shown(team).get(pk=change.pk)
        if canary is None:
            raise Settled(change, f"This change is {change.get_state_display().lower()} already.")
        seat = desk.read_one(change, team=team)
        if seat.held and bound == seat.bound:
            decisions.refuse(seat, bound=bound, word=word, by=by, revision_id=revision_id, opened=opened)
            canary.by, canary.verdict = by, word.verdict
            canary.dwell_ms = facts.dwell_ms if facts else None
        ending.end(canary, by=by.trail_actor, at=at, unit=unit)
    return canary
