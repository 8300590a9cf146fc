"""Approvals that wait too long: what is not applied within the days that policy gives is looked at again."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import Team
from audit import trail
from audit.trail import SYSTEM
from reviews import desk, policy, settling
from reviews.enums import NoticeKind, Verdict
from reviews.models import Decision
from reviews.talking import noticing


def lapse(*, team: Team, at: datetime) -> int:
    """Let approvals fall away that are older than the policy's `expiry_days` on changes that are not applied.

    Their voters are told, and it is their turn. Returns how many fell away.
    """
    oldest = at - timedelta(days=policy.document_of(team)["expiry_days"])
    old = Decision.objects.of(team).counted().filter(verdict=Verdict.APPROVE, at__lt=oldest)
    waiting = list(old.filter(change__in=desk.rows(team).votable()).values_list("change", flat=True).distinct())
    if not waiting:
        return 0
    with trail.unit_of_work(at=at) as unit:
        fallen = 0
        for change in desk.locked(team, pk__in=waiting).votable().order_by("pk"):
            votes = list(old.filter(change=change).select_related("by"))
            Decision.objects.of(team).filter(pk__in=[vote.pk for vote in votes]).update(lapsed_at=at)
            voters = {vote.by for vote in votes}
            data = {"voters": sorted(voter.public_id for voter in voters)}
            unit.record("change.approval_lapsed", target=change, by=SYSTEM, data=data)
            noticing.tell(
                people=voters, kind=NoticeKind.STALE, proposal=change.proposal, change=change, at=at, by=SYSTEM
            )
            settling.settle(change=change, by=SYSTEM, at=at, unit=unit)
            fallen += len(votes)
    return fallen
