"""A review that is prepared piece by piece, seen by its author alone, and sent at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import Team, User
from accounts.teams import TeamQuerySet
from audit import trail
from reviews import decisions, desk, policy
from reviews.bounds import Bound
from reviews.decisions import Moved, Refused, Word
from reviews.desk import Seat
from reviews.enums import Verdict
from reviews.models import Change, Comment, DraftVote, Proposal
from reviews.talking import threads
from reviews.watching import facts as watching
from reviews.watching.facts import Facts


@dataclass(frozen=True, slots=True)
class Sent:
    """What a review came to: votes that counted, comments, and votes that stay drafts, each with the reason."""

    votes: int
    comments: int
    refused: list[tuple[Change, str]]


def prepare(
    *,
    team: Team,
    change_id: str,
    bound: Bound,
    word: Word,
    by: User,
    at: datetime,
    revision_id: str = "",
    opened: Collection[str] = (),
    facts: Facts | None = None,
) -> Seat:
    """Keep a vote until the review is sent; a second one takes the place of the first. Returns the change as it stands.

    Raises what `decisions.decide` raises: what could not be said now is not prepared.
    """
    with trail.unit_of_work(at=at) as unit:
        change = desk.locked(team, public_id=change_id).get()
        seat = desk.read_one(change, team=team)
        decisions.refuse(seat, bound=bound, word=word, by=by, revision_id=revision_id, opened=opened)
        values = {
            "revision": seat.head,
            "verdict": word.verdict,
            "reason_code": word.reason_code,
            "reason": word.reason,
            "base_sha256": bound.base,
            "proposed_sha256": bound.proposed,
            "requirement_sha256": bound.requirement,
            "evidence_sha256": bound.evidence,
            "facts": watching.kept(facts and watching.counted(facts, seat, by, opened)),
            "at": at,
        }
        DraftVote.objects.of(team).update_or_create(team=team, change=change, by=by, defaults=values)
        data = {"change": change.public_id, "verdict": str(word.verdict)}
        unit.record("review.drafted", target=change.proposal, by=by, data=data)
    return seat


def remove(*, team: Team, change_id: str, by: User, at: datetime) -> Change:
    """Throw a prepared vote away. Harmless where there is none."""
    with trail.unit_of_work(at=at) as unit:
        change = desk.rows(team).get(public_id=change_id)
        _throw_away(change.proposal, DraftVote.objects.of(team).filter(change=change, by=by), by, unit)
    return change


def discard(*, proposal: Proposal, by: User, at: datetime) -> int:
    """Throw every prepared vote on a proposal away; comments stay drafts. Returns how many there were."""
    with trail.unit_of_work(at=at) as unit:
        drafts = DraftVote.objects.of(proposal.team).filter(change__proposal=proposal, by=by)
        return _throw_away(proposal, drafts, by, unit)


def send(*, proposal: Proposal, by: User, at: datetime) -> Sent:
    """Cast the prepared votes and show the prepared comments, all in one unit. What cannot be taken any more stays."""
    team = proposal.team
    refused: list[tuple[Change, str]] = []
    with trail.unit_of_work(at=at) as unit:
        drafts = {draft.change_id: draft for draft in of(proposal, by)}
        talked = _comments(proposal, by).values("thread__change")
        wanted = Q(pk__in=list(drafts)) | Q(pk__in=talked)
        for change in desk.locked(team, wanted).order_by("pk"):  # all locks before the first vote
            if change.pk in drafts:
                try:
                    _cast(change, drafts[change.pk], by, at)
                except Refused as clash:
                    refused.append((change, str(clash)))
        comments = len(threads.send_drafts(proposal=proposal, by=by, at=at, unit=unit))
        votes = len(drafts) - len(refused)
        data = {"verdicts": votes, "comments": comments, "refused": len(refused)}
        unit.record("review.sent", target=proposal, by=by, data=data)
    return Sent(votes, comments, refused)


def of(proposal: Proposal, person: User) -> list[DraftVote]:
    rows = DraftVote.objects.of(proposal.team).filter(change__proposal=proposal, by=person)
    return list(rows.select_related("revision").order_by("change"))


def count(proposal: Proposal, person: User) -> int:
    """How many votes and comments a person has prepared."""
    votes = DraftVote.objects.of(proposal.team).filter(change__proposal=proposal, by=person)
    return votes.count() + _comments(proposal, person).count()


def _comments(proposal: Proposal, person: User) -> TeamQuerySet[Comment]:
    return threads.drafts(proposal.team, person).filter(thread__change__proposal=proposal)


def fits(draft: DraftVote, seat: Seat) -> bool:
    """Whether it could be sent as it was prepared."""
    return seat.change.is_votable and draft.revision_id == seat.head.pk and policy.bound_of(draft) == seat.bound


def _cast(change: Change, draft: DraftVote, by: User, at: datetime) -> None:
    if draft.revision_id != change.head_id:
        raise Moved(change, "Another revision was saved meanwhile: look at it first.")
    word = Word(Verdict(draft.verdict), draft.reason, draft.reason_code)
    bound = policy.bound_of(draft)
    decisions.decide(
        team=change.team,
        change_id=change.public_id,
        bound=bound,
        word=word,
        by=by,
        at=at,
        opened=None,
        facts=watching.restored(draft.facts),
    )


def _throw_away(proposal: Proposal, drafts: QuerySet[DraftVote], by: User, unit: trail.Unit) -> int:
    gone = list(drafts.select_related("change"))
    for draft in gone:
        data = {"change": draft.change.public_id, "removed": True}
        unit.record("review.drafted", target=proposal, by=by, data=data)
    drafts.delete()
    return len(gone)
