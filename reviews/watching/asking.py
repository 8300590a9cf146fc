"""Asking for a second opinion on a vote: of a few votes on low-risk changes, of somebody who has no word on it yet."""

from __future__ import annotations

from accounts import roles
from accounts.models import Membership, User
from agents.enums import Tier
from audit import trail
from audit.trail import SYSTEM
from reviews.desk import Seat
from reviews.enums import NoticeKind, Verdict
from reviews.inbox import absences
from reviews.models import Decision, SecondReview
from reviews.talking import noticing
from reviews.watching import chance

ABOUT = (Verdict.APPROVE, Verdict.REJECT)
_PURPOSE = "seconds"


def ask(vote: Decision, seat: Seat, *, unit: trail.Unit) -> SecondReview | None:
    """Ask for a second opinion where this vote is one of those that get one; once for each change.

    Rejections are asked about as well: of approvals alone nobody can tell agreement from chance.
    """
    change = seat.change
    if vote.verdict not in ABOUT or seat.required["tier"] != Tier.LOW:
        return None
    per_mille = seat.document["watch"]["second_reviews"]
    if not chance.falls(change.public_id, per_mille=per_mille, purpose=_PURPOSE):
        return None
    team = SecondReview.objects.of(change.team)
    able = [] if team.filter(decision__change=change).exists() else _able(vote, seat)
    if not able:
        return None
    person = chance.one_of(able, on=change.public_id, purpose=_PURPOSE)
    second = SecondReview.objects.create(team_id=vote.team_id, decision=vote, person=person, at=vote.at)
    data = {"second": second.public_id, "person": person.public_id}
    unit.record("watch.second_asked", target=change, by=SYSTEM, data=data)
    noticing.tell(people=[person], kind=NoticeKind.SECOND, proposal=change.proposal, change=change, at=vote.at)
    return second


def _able(vote: Decision, seat: Seat) -> list[User]:
    """Who decides in this team, is here, did not write it, and has said nothing about it."""
    team = seat.change.team
    away = absences.at_time(vote.at, team=team)
    spoke = set(Decision.objects.of(team).filter(change=seat.change).values_list("by", flat=True))
    rows = Membership.objects.of(team).active().with_people()
    people = [row.user for row in rows if row.may(roles.DECIDE) and row.user_id not in spoke | away.keys()]
    return sorted((one for one in people if one.public_id not in seat.head.contributors), key=lambda one: one.pk)
