"""Giving a second opinion, blind. Where it is another than the first vote, people are told and writing stops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Team, User
from audit import trail
from reviews import decisions, desk
from reviews.automatic import people
from reviews.decisions import Refused, Word
from reviews.enums import NoticeKind, Verdict
from reviews.models import SecondQuerySet, SecondReview
from reviews.talking import noticing, threads
from reviews.watching import agreement
from reviews.watching.asking import ABOUT

MOST = 20_000


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of the second opinions asked for, how many were given and how many say another word; `low` and `high` bound the
    share of those in percent, `kappa` is the agreement beyond chance.
    """

    asked: int
    given: int
    against: int
    low: float
    high: float
    kappa: float | None


def give(*, team: Team, second_id: str, verdict: Verdict, reason: str, by: User, at: datetime) -> SecondReview:
    """Say what one thinks of a change without the first vote in sight; said again it is harmless.

    On a disagreement a thread opens with the reason, the first voter and leads are told, and a change that waits to be
    written is held by a request for changes in this person's name. Raises Refused where a no has no reason, or they
    may not decide any more.
    """
    with trail.unit_of_work(at=at) as unit:
        rows = SecondReview.objects.of(team).select_for_update(of=("self",)).select_related("decision__revision")
        second = rows.get(public_id=second_id, person=by)
        change = desk.locked(team, pk=second.decision.change_id).get()
        if second.given_at is not None:
            return second
        if verdict not in ABOUT:
            raise Refused(change, _("Say whether you would approve or reject it."))
        if verdict == Verdict.REJECT and not reason.strip():
            raise Refused(change, _("Say why you would reject it."))
        second.verdict, second.reason, second.given_at = verdict, reason, at
        second.save(update_fields=["verdict", "reason", "given_at"])
        agrees = verdict == second.decision.verdict
        data = {"second": second.public_id, "verdict": str(verdict), "agrees": agrees}
        unit.record("watch.second_given", target=change, by=by, data=data, private={"reason": reason})
        if not agrees and second.decision.withdrawn_at is None:
            _object(second, by, at)
    return second


def counted(team: Team, shown: str = "all") -> SecondQuerySet:
    """Second opinions: all, those that were given, or those against the first vote."""
    rows = SecondReview.objects.of(team)
    return rows.against() if shown == "against" else rows.exclude(given_at=None) if shown == "given" else rows


def read(team: Team) -> Agreement:
    """How far first and second opinions agree, over all time: there are few of them."""
    rows = counted(team).order_by("-pk").values_list("decision__verdict", "verdict")[:MOST]
    pairs = [(first, second) for first, second in rows if second]
    against = sum(first != second for first, second in pairs)
    low, high = agreement.wilson(against, len(pairs))
    return Agreement(len(rows), len(pairs), against, 100 * low, 100 * high, agreement.kappa(pairs))


def _object(second: SecondReview, by: User, at: datetime) -> None:
    vote = second.decision
    change = desk.rows(second.team).get(pk=vote.change_id)
    said = second.reason.strip() or _("I would have approved this.")
    text = _("Second opinion, given without the first vote in sight: %(said)s") % {"said": said}
    threads.open_(
        team=change.team,
        change_id=change.public_id,
        revision=vote.revision.number,
        spot=None,
        text=text,
        by=by,
        at=at,
    )
    told = [vote.by, *people.leads(change.team)]
    noticing.tell(
        people={one.pk: one for one in told}.values(),
        kind=NoticeKind.DISAGREES,
        proposal=change.proposal,
        change=change,
        at=at,
        by=by.trail_actor,
    )
    if second.verdict == Verdict.REJECT and change.is_votable:
        bound = desk.read_one(change, team=change.team).bound
        word = Word(Verdict.REQUEST_CHANGES, said)
        decisions.cast(team=change.team, change_id=change.public_id, bound=bound, word=word, by=by, at=at, opened=None)
