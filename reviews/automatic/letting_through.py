"""After each dream in automatic mode, and each write of an agent's own: what the policy lets through is approved by
it, and leads are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts.models import Team
from audit import trail
from audit.trail import SYSTEM
from reviews import desk, drift, examining, policy, settling
from reviews.automatic import people
from reviews.desk import Seat
from reviews.enums import NoticeKind, OriginKind, State
from reviews.models import Change, Proposal
from reviews.policy import documents, modes
from reviews.talking import noticing


def attend(*, team: Team, at: datetime) -> int:
    """Consider each proposal of a dream, or of an agent, once that was opened under the present policy.

    Returns how many changes the policy let through; they wait as policy says, and anybody may still say no.
    """
    held = policy.current(team)
    document = documents.whole(held.document) if held else documents.DEFAULT
    if held is None or not modes.is_any(document):
        return 0
    origins = [OriginKind.DREAM, *([OriginKind.AGENT] if documents.takes_own_writes(document) else [])]
    new = Proposal.objects.of(team).open().filter(origin_kind__in=origins, considered_at=None)
    return sum(consider(proposal, at=at) for proposal in new.filter(opened_at__gte=held.at).order_by("pk"))


def consider(proposal: Proposal, *, at: datetime) -> int:
    """Let through what the policy lets through of one proposal, once; returns how many of its changes."""
    team = proposal.team
    with trail.unit_of_work(at=at) as unit:
        if not Proposal.objects.of(team).filter(pk=proposal.pk, considered_at=None).update(considered_at=at):
            return 0
        changes = list(desk.locked(team, proposal=proposal, state=State.OPEN).in_order())
        examining.again(changes, team=team, at=at)
        through = _that_pass(changes, team, at)
        for seat in through:
            seat.change.let_through_at = at
            seat.change.save(update_fields=["let_through_at"])
            settling.settle(change=seat.change, by=SYSTEM, at=at, unit=unit, seat=seat)
        if through:
            data = {"let_through": len(through), "left": len(changes) - len(through)}
            unit.record("automatic.considered", target=proposal, by=SYSTEM, data=data)
        if through and proposal.origin_kind == OriginKind.DREAM:  # else nothing waits in which to say no
            noticing.tell(people=people.leads(team), kind=NoticeKind.AUTOMATIC, proposal=proposal, at=at)
    return len(through)


def hold_back(changes: Sequence[Change], *, team: Team, at: datetime) -> None:
    """Leave to people what was let through, where automatic mode is suspended by now. The changes are locked."""
    passing = [change for change in changes if change.let_through_at is not None]
    if not passing:
        return
    suspended = _suspended(passing, team, at)
    with trail.unit_of_work(at=at) as unit:
        for change in passing:
            if reasons := suspended.get(change.pk):
                change.let_through_at = None
                change.save(update_fields=["let_through_at"])
                data = {"reason_code": reasons[0].code}
                unit.record("change.held_back", target=change, by=SYSTEM, data=data)


def tell(applied: Sequence[Change], *, at: datetime) -> None:
    """Tell leads of what the policy wrote of one proposal, so that they can take it back."""
    passed = [change for change in applied if change.let_through_at is not None]
    if passed:
        leads, proposal = people.leads(passed[0].team), passed[0].proposal
        noticing.tell(people=leads, kind=NoticeKind.AUTO_APPLIED, proposal=proposal, at=at)


def _that_pass(changes: Sequence[Change], team: Team, at: datetime) -> list[Seat]:
    suspended = _suspended(changes, team, at) if changes else {}
    seats = desk.read(changes, team=team).values()
    return [seat for seat in seats if seat.held and seat.could_pass and seat.change.pk not in suspended]


def _suspended(changes: Sequence[Change], team: Team, at: datetime) -> dict[int, list[drift.Reason]]:
    return drift.suspended_changes(team, changes, document=policy.document_of(team), at=at)
