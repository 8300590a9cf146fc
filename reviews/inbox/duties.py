"""What the tick does for a team's queue: new proposals find their people, turns of the absent go over, changes that say
the same are grouped, what waits too long goes to leads.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from accounts.models import Team
from audit.trail import SYSTEM
from reviews import policy
from reviews.enums import AssignedBy, NoticeKind
from reviews.inbox import absences, assigning, duplicates
from reviews.models import Assignment, Notice, Proposal, ProposalQuerySet
from reviews.talking import noticing

NEW_FOR = timedelta(days=1)  # whoever has not been told by then has seen it in the queue


def attend(*, team: Team, at: datetime) -> None:
    introduce(team=team, at=at)
    cover(team=team, at=at)
    duplicates.refresh(team=team, at=at)
    for proposal in waiting(team).filter(due_at__lte=at, overdue_at=None):
        assigning.escalate(proposal=proposal, at=at)


def teams() -> list[Team]:
    """Those with something to decide."""
    rows = Proposal.objects.across_teams().open().filter(team=OuterRef("pk"), waiting__gt=0)
    return list(Team.objects.filter(Exists(rows)))


def introduce(*, team: Team, at: datetime) -> None:
    """Assign what is new by the rule of the policy document, or tell everybody who may decide."""
    given = Assignment.objects.of(team).filter(proposal=OuterRef("pk"))
    told = Notice.objects.of(team).filter(proposal=OuterRef("pk"), kind=NoticeKind.YOUR_TURN)
    new = waiting(team).filter(~Exists(given), ~Exists(told), opened_at__gt=at - NEW_FOR)
    how = policy.document_of(team).get("assign", "nobody")
    for proposal in new.order_by("opened_at", "pk"):
        if how in assigning.WAYS:
            try:
                assigning.by_rule(proposal=proposal, how=AssignedBy(how), by=SYSTEM, at=at)
            except assigning.Refused:
                continue  # nobody is here; the next tick looks again
        else:
            wrote = assigning.writers(proposal)
            people = [one for one in assigning.deciders(team) if one.public_id not in wrote]
            noticing.tell(people=people, kind=NoticeKind.YOUR_TURN, proposal=proposal, at=at)


def cover(*, team: Team, at: datetime) -> None:
    """Give the turns of who is away to who stands in for them."""
    away = absences.at_time(at, team=team)
    rows = Assignment.objects.of(team).filter(person__in=away, ended_at=None, proposal__in=waiting(team))
    for row in rows.select_related("person", "stands_for", "proposal__team").order_by("pk"):
        delegate = None if row.stands_for_id else absences.stand_in(row.person, away)
        if delegate is not None:
            assigning.hand_over(row=row, delegate=delegate, at=at)


def waiting(team: Team) -> ProposalQuerySet:
    return Proposal.objects.of(team).open().filter(waiting__gt=0).select_related("team")
