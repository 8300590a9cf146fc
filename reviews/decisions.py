"""The only way to a verdict: votes on the head revision, bound to what the voter saw."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import ngettext

from accounts import roles
from accounts.models import Membership as Member
from accounts.models import Team, User
from audit import trail
from reviews import desk, examining, policy, proposals, rebasing, settling
from reviews.bounds import Bound
from reviews.desk import Seat
from reviews.enums import RejectCode, State, Verdict
from reviews.inbox import assigning
from reviews.models import Change, Decision, DraftVote
from reviews.reading import pieces
from reviews.talking import noticing
from reviews.watching import asking
from reviews.watching import facts as watching
from reviews.watching.facts import Facts


class Refused(Exception):
    """A decision that was not taken; the message is for the person, `change` is as it stands now."""

    code = "incomplete"

    def __init__(self, change: Change, message: str) -> None:
        super().__init__(message)
        self.change = change


class Moved(Refused):
    """What the person saw is not what stands there now."""

    code = "moved"


class Settled(Refused):
    """The change is decided already."""

    code = "settled"


class NotYours(Refused):
    """This person's vote cannot count, or there is no vote to take back."""

    code = "not_yours"


class NotAble(Refused):
    """Whoever has no role that decides in this team has no vote there, by whichever door they come."""

    code = "not_able"


@dataclass(frozen=True, slots=True)
class Word:
    """What a person says with a vote."""

    verdict: Verdict
    reason: str = ""
    reason_code: str = ""

    def check(self, change: Change) -> None:
        """Raises Refused where a rejection names no reason, or a request no wish."""
        if self.verdict == Verdict.REJECT and self.reason_code not in RejectCode.values:
            raise Refused(change, "A rejection names its reason.")
        if self.verdict == Verdict.REQUEST_CHANGES and not self.reason.strip():
            raise Refused(change, "Say what should be changed.")

    def repeats(self, vote: Decision) -> bool:
        """Whether the vote says this already: other words are another vote, so that no typed text is lost."""
        return vote.verdict == self.verdict and self.reason in ("", vote.reason)


def decide(
    *,
    team: Team,
    change_id: str,
    bound: Bound,
    word: Word,
    by: User,
    at: datetime,
    revision_id: str = "",
    opened: Collection[str] | None = (),
    facts: Facts | None = None,
) -> Seat:
    """Record one vote on the head revision and settle the change; the same vote on the same bound is harmless. Returns
    the change as it stands with it.

    `revision_id` is the one that the voter saw, where they say so. `opened` are the words that the pieces of a very
    long diff left; an approval needs all of them (None where that was checked when the vote was prepared). `facts` say
    how the vote came about.

    Raises Moved if the bound is not the head's as it stands now, Settled if the change is no longer votable, NotYours
    if an approval could not count, NotAble if this person decides nothing in the team, Refused if the word is
    incomplete. What is refused stands in the log, with why.
    """
    look_again(team=team, change_ids=[change_id], at=at)
    try:
        return cast(
            team=team,
            change_id=change_id,
            bound=bound,
            word=word,
            by=by,
            at=at,
            revision_id=revision_id,
            opened=opened,
            facts=facts,
        )
    except Refused as refused:
        _record_refusal(refused, word, revision_id, by, at)
        raise


def cast(
    *,
    team: Team,
    change_id: str,
    bound: Bound,
    word: Word,
    by: User,
    at: datetime,
    batch: str = "",
    revision_id: str = "",
    opened: Collection[str] | None = (),
    facts: Facts | None = None,
) -> Seat:
    """What `decide` does once the checks have looked again. `batch` names the votes that are cast with this one, and
    gives all of them longer to be taken back.
    """
    with trail.unit_of_work(at=at) as unit:
        change = desk.locked(team, public_id=change_id).get()
        seat = desk.read_one(change, team=team, people=[by.pk])
        refuse_unable(change, seat.members.get(by.pk))
        refuse(seat, bound=bound, word=word, by=by, revision_id=revision_id, opened=opened)
        vote, fresh = _record(seat, word, by, at, batch)
        if fresh:
            data = _bound_data(vote) | assigning.standing_for(change, by) | _note(vote, seat, facts, opened)
            unit.record("change.voted", target=change, by=by, data=data, private={"reason": word.reason})
            seat = desk.voted(seat, vote)
            settling.settle(change=change, by=by.trail_actor, at=at, unit=unit, bulk=bool(batch), seat=seat)
            noticing.voted(change, by=by, at=at)
            asking.ask(vote, seat, unit=unit)
    return seat


def look_again(*, team: Team, change_ids: Collection[str], at: datetime) -> None:
    """Let the checks that look at live memory look once more. In a unit of its own: what they find stays found where
    the vote is then refused because of it.
    """
    behind = examining.behind(Change.objects.of(team).filter(public_id__in=change_ids), team=team)
    if behind:
        with trail.unit_of_work(at=at):
            examining.again(desk.locked(team, pk__in=behind), team=team, at=at)


def refuse(
    seat: Seat, *, bound: Bound, word: Word, by: User, revision_id: str = "", opened: Collection[str] | None = ()
) -> None:
    """Raises what `decide` raises, where this person could not say this word of the change as it stands."""
    change = seat.change
    if revision_id and seat.head.public_id != revision_id:
        raise Moved(change, "Another revision was saved meanwhile: look at it first.")
    if not change.is_votable:
        raise Settled(change, f"This change is {change.get_state_display().lower()} already.")
    word.check(change)
    _refuse_moved(seat, bound, word)
    if opened is not None:
        _refuse_unread(seat, word, by, opened)
    if word.verdict == Verdict.APPROVE and not seat.may_count(by):
        raise NotYours(change, "You wrote this revision: another reviewer has to approve it.")


def withdraw(*, team: Team, change_id: str, by: User, at: datetime) -> Change:
    """Take one's own vote on the head revision back, as long as the change is not applied. Raises NotYours, Settled."""
    with trail.unit_of_work(at=at) as unit:
        change = desk.locked(team, public_id=change_id).get()
        seat = desk.read_one(change, team=team)
        vote = seat.vote_of(by)
        if vote is None:
            raise NotYours(change, "You have no vote here to take back.")
        if change.state in (State.APPLIED, State.REVERTED, State.WITHDRAWN, State.SUPERSEDED, State.EXPIRED):
            raise Settled(change, f"This change is {change.get_state_display().lower()} already.")
        vote.withdrawn_at = at
        vote.save(update_fields=["withdrawn_at"])
        unit.record("change.vote_withdrawn", target=change, by=by, data={"verdict": vote.verdict})
        if change.state in (State.REJECTED, State.QUARANTINED) and vote.verdict in (Verdict.REJECT, Verdict.QUARANTINE):
            _reopen(change, at)
            proposals.close_if_done(proposal=change.proposal, by=by.trail_actor, at=at, unit=unit)
            change = rebasing.refresh(team=team, change_id=change.pk, at=at)  # nobody carried it while it was closed
        settling.settle(change=change, by=by.trail_actor, at=at, unit=unit)
    return change


def dismiss(*, team: Team, decision_id: str, reason: str, by: User, at: datetime) -> Change:
    """Set a request for changes aside, with a reason, so that it blocks no longer. Raises Refused."""
    with trail.unit_of_work(at=at) as unit:
        requests = Decision.objects.of(team).counted().filter(public_id=decision_id, verdict=Verdict.REQUEST_CHANGES)
        change = desk.locked(team, pk__in=requests.values("change")).get()
        vote = requests.get()
        if not reason.strip():
            raise Refused(change, "Say why the request is set aside.")
        vote.dismissed_at, vote.dismissed_by, vote.dismissed_reason = at, by, reason
        vote.save(update_fields=["dismissed_at", "dismissed_by", "dismissed_reason"])
        unit.record(
            "change.vote_dismissed",
            target=change,
            by=by,
            data={"verdict": vote.verdict, "voter": vote.by.public_id},
            private={"reason": reason},
        )
        settling.settle(change=change, by=by.trail_actor, at=at, unit=unit)
    return change


def refuse_unseen(seat: Seat, *, revision_id: str, bound: Bound) -> None:
    """Raises Settled or Moved where the person does not see the change as it stands, or it does not stand."""
    change = seat.change
    if not change.is_votable:
        raise Settled(change, f"This change is {change.get_state_display().lower()} already.")
    if seat.head.public_id != revision_id:
        raise Moved(change, "Another revision was saved meanwhile: look at it first.")
    _refuse_moved(seat, bound, Word(Verdict.APPROVE))


def refuse_unable(change: Change, member: Member | None) -> None:
    """Raises NotAble for somebody who decides nothing in the team."""
    if member is None or not member.may(roles.DECIDE):
        raise NotAble(change, "You have no role that decides in this team.")


def _record_refusal(refused: Refused, word: Word, revision_id: str, by: User, at: datetime) -> None:
    """In a unit of its own, as the one that was refused left nothing behind; a revision that is none is not named."""
    change = refused.change
    known = change.revisions.filter(public_id=revision_id).exists()
    data = {"verdict": str(word.verdict), "revision": revision_id if known else "", "reason_code": refused.code}
    with trail.unit_of_work(at=at) as unit:
        unit.record("change.vote_refused", target=change, by=by, data=data, outcome="denied")


def _refuse_moved(seat: Seat, bound: Bound, word: Word) -> None:
    """Only what stands where it was proposed can be approved; no is a word that a conflict takes as well."""
    if not seat.held and word.verdict == Verdict.APPROVE:
        raise Moved(seat.change, desk.in_the_way(seat))
    if bound != seat.bound:
        raise Moved(seat.change, "This change is not what you saw: look at it again.")


def unread(seat: Seat, by: User, opened: Collection[str] = ()) -> str:
    """What somebody has yet to open of a very long diff, in words for them."""
    left = pieces.unopened(seat.head, [ground.target for ground in seat.standing.targets], by, opened)
    words = ngettext(
        "%(n)d part of this diff was not opened: read to its end, then approve.",
        "%(n)d parts of this diff were not opened: read to its end, then approve.",
        left,
    )
    return words % {"n": left} if left else ""


def _refuse_unread(seat: Seat, word: Word, by: User, opened: Collection[str]) -> None:
    """Nobody approves a text of which parts were never in front of them."""
    if word.verdict == Verdict.APPROVE:
        left = unread(seat, by, opened)
        if left:
            raise Refused(seat.change, left)


def _record(seat: Seat, word: Word, by: User, at: datetime, batch: str) -> tuple[Decision, bool]:
    """Store the vote; an earlier other vote of this person on this revision is withdrawn in the same unit."""
    earlier = seat.vote_of(by)
    if earlier is not None and policy.bound_of(earlier) == seat.bound and word.repeats(earlier):
        return earlier, False
    Decision.objects.of(seat.change.team).filter(revision=seat.head, by=by, withdrawn_at=None, lapsed_at=None).update(
        withdrawn_at=at
    )
    DraftVote.objects.of(seat.change.team).filter(change=seat.change, by=by).delete()  # this is their word now
    vote = Decision.objects.create(
        team_id=seat.change.team_id,
        change=seat.change,
        revision=seat.head,
        by=by,
        verdict=word.verdict,
        reason=word.reason,
        reason_code=word.reason_code,
        batch=batch,
        base_sha256=seat.bound.base,
        proposed_sha256=seat.bound.proposed,
        requirement_sha256=seat.bound.requirement,
        evidence_sha256=seat.bound.evidence,
        at=at,
    )
    return vote, True


def _note(vote: Decision, seat: Seat, facts: Facts | None, opened: Collection[str] | None) -> dict[str, object]:
    """Keep how the vote came about; of a prepared one, and of one among several, the pieces are known or never were."""
    if facts is None:
        return {}
    if opened is not None and not vote.batch:
        facts = watching.counted(facts, seat, vote.by, opened)
    watching.record(vote, facts)
    return {} if facts.dwell_ms is None else {"dwell_ms": facts.dwell_ms}


def _reopen(change: Change, at: datetime) -> None:
    try:
        with trail.unit_of_work(at=at):
            change.become(State.OPEN, at=at)
    except IntegrityError:  # one pending change per fingerprint
        raise Settled(change, "The same change is open in another proposal.") from None


def _bound_data(vote: Decision) -> dict[str, object]:
    return {
        "verdict": vote.verdict,
        "revision": vote.revision.public_id,
        "base": vote.base_sha256,
        "proposed": vote.proposed_sha256,
        "requirement": vote.requirement_sha256,
        "evidence": vote.evidence_sha256,
        "reason_code": vote.reason_code,
    } | ({"bulk": True, "batch": vote.batch} if vote.batch else {})
