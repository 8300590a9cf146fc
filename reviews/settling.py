"""Bringing the state of a change in line with its votes, whoever moved them: voter, editor, rebase or worker."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.models import Team
from audit import trail
from audit.trail import SYSTEM, Actor
from reviews import desk, policy, proposals, tasks
from reviews.desk import Seat
from reviews.enums import PATTERN_IS_WRONG, NoticeKind, State, Verdict
from reviews.models import Change, ChangeQuerySet, Cursor, Decision
from reviews.policy.modes import OWN_WRITES
from reviews.talking import noticing

AT_ONCE = 200  # changes of a team that one tick looks at
_EVENTS = {
    State.REJECTED: "change.rejected",
    State.QUARANTINED: "change.quarantined",
    State.CHANGES_REQUESTED: "change.changes_requested",
}


def settle(
    *, change: Change, by: Actor, at: datetime, unit: trail.Unit, bulk: bool = False, seat: Seat | None = None
) -> None:
    """Bring the state of a votable change in line with its votes; a verdict closes what it settles.

    `seat` is given by who has read it in this unit, with the votes that were cast in it.
    """
    if not change.is_votable:
        return
    seat = seat or desk.read_one(change, team=change.team)
    state = _state_by(seat)
    if state == change.state:
        return
    if state == State.APPROVED:
        _approve(seat, by, at, unit, bulk)
    else:
        _leave(seat, state, by, at, unit)
    change.proposal = proposals.close_if_done(proposal=change.proposal, by=by, at=at, unit=unit)


def follow_grounds(*, team: Team, at: datetime, most: int = AT_ONCE) -> int:
    """Turn open changes stale whose approvals fell away though no memory was written: a rule or a quote is another now.

    Looks at `most` changes, the next time at those after them. Until then the approvals do not count either: a vote and
    an application work the bound out anew. Returns how many fell.
    """
    seats = desk.read(_next_to_follow(team, most), team=team)
    fallen = [seat.change.pk for seat in seats.values() if seat.tally.stale]
    for pk in fallen:
        with trail.unit_of_work(at=at) as unit:
            settle(change=desk.locked(team, pk=pk).get(), by=SYSTEM, at=at, unit=unit)
    return len(fallen)


def approved_in_part(team: Team) -> ChangeQuerySet:
    """Open changes on which somebody's approval stands."""
    own = Decision.objects.of(team).counted().filter(revision=OuterRef("head"), verdict=Verdict.APPROVE)
    return desk.rows(team).filter(Exists(own), state=State.OPEN).order_by("pk")


def _next_to_follow(team: Team, most: int) -> list[Change]:
    """The next ones; after the last it begins again."""
    cursor, _new = Cursor.objects.of(team).get_or_create(team=team)
    found = list(approved_in_part(team).filter(pk__gt=cursor.last_followed)[:most])
    reached = found[-1].pk if len(found) == most else 0
    if reached != cursor.last_followed:
        Cursor.objects.of(team).update(last_followed=reached)
    return found


def _state_by(seat: Seat) -> State:
    tally, state = seat.tally, State(seat.change.state)
    if tally.quarantine:
        return State.QUARANTINED
    if tally.rejection:
        return State.REJECTED
    if not seat.held and state in (State.STALE, State.CONFLICT):
        return state
    if any(seat.change.awaits_answer(vote.at) for vote in tally.requests):
        return State.CHANGES_REQUESTED
    if seat.may_be_applied:
        return State.APPROVED
    return State.STALE if tally.stale else State.OPEN


def _approve(seat: Seat, by: Actor, at: datetime, unit: trail.Unit, bulk: bool) -> None:
    change = seat.change
    by_votes = seat.tally.is_approved
    due = policy.apply_after(at=at, document=seat.document, bulk=bulk, by_votes=by_votes)
    if not by_votes and seat.automatic == OWN_WRITES:
        due = at
    change.become(State.APPROVED, at=at, apply_after=due)
    sole = any(vote.by.public_id in seat.head.contributors for vote in seat.tally.approvals)
    if sole != change.sole_reviewer_used:
        change.sole_reviewer_used = sole
        change.save(update_fields=["sole_reviewer_used"])
    if by_votes:
        data = {"votes": len(seat.tally.approvals), "sole_reviewer": sole}
        unit.record("change.approved", target=change, by=by, data=data)
    else:
        unit.record("change.let_through", target=change, by=SYSTEM, data={"rule": seat.automatic})
    wake = partial(tasks.wake, namespace_id=change.namespace_id, seconds=(due - at).total_seconds())
    transaction.on_commit(wake, robust=True)


def _leave(seat: Seat, state: State, by: Actor, at: datetime, unit: trail.Unit) -> None:
    change, was = seat.change, seat.change.state
    reason_code = seat.tally.rejection.reason_code if seat.tally.rejection else ""
    change.become(state, at=at, reason=reason_code)
    if state in _EVENTS:
        unit.record(_EVENTS[state], target=change, by=by, data={"reason_code": reason_code})
        if reason_code in PATTERN_IS_WRONG and change.pattern_id:
            _close_pattern(change, by, at, unit)
    elif state == State.STALE:
        voters = {vote.by for vote in seat.tally.stale}
        names = sorted(voter.public_id for voter in voters)
        unit.record("change.staled", target=change, by=by, data={"voters": names, "moved": _moved(seat)})
        noticing.tell(people=voters, kind=NoticeKind.STALE, proposal=change.proposal, change=change, at=at, by=by)
    elif was == State.APPROVED:
        unit.record("change.undone", target=change, by=by)


def _close_pattern(rejected: Change, by: Actor, at: datetime, unit: trail.Unit) -> None:
    """Withdraw what else waits because of the pattern of a rejected change, but for what people worded themselves.

    Passes by what somebody else is deciding at this moment.
    """
    same = Change.objects.of(rejected.team).undecided().filter(pattern_id=rejected.pattern_id).exclude(pk=rejected.pk)
    locked = list(same.select_for_update(no_key=True, skip_locked=True).order_by("pk").values_list("pk", flat=True))
    number, title = rejected.proposal.number, rejected.title
    reason = _("The pattern behind it was rejected with #%(number)s: %(title)s") % {"number": number, "title": title}
    for change in desk.rows(rejected.team).filter(pk__in=locked).order_by("pk"):
        if change.is_undecided and change.head is not None and not change.head.contributors:
            proposals.withdraw_change(change=change, by=by, reason=reason, at=at, unit=unit)
            proposals.close_if_done(proposal=change.proposal, by=by, at=at, unit=unit)


def _moved(seat: Seat) -> list[str]:
    """Which of the four hashes are others than the voters saw."""
    now, seen = seat.bound, [policy.bound_of(vote) for vote in seat.tally.stale]
    names = ("base", "proposed", "requirement", "evidence")
    return [name for name in names if any(getattr(one, name) != getattr(now, name) for one in seen)]
