"""Marking a session bad, and lifting the mark: what it said counts for nothing from then on, wherever it is quoted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Team, User
from agents import sessions
from agents.models import Session
from audit import trail
from reviews import desk, evidence, examining, proposals, rebasing, settling
from reviews.desk import Seat
from reviews.drafts import DraftQuote
from reviews.enums import EvidenceStatus, Stance
from reviews.models import Change, Evidence


def mark(*, session: Session, reason: str, by: User, at: datetime) -> Session:
    """Mark every version of a session as bad and strike what it says for or against any change.

    A change that waits and loses its only support is withdrawn, or goes back to its voters where a person worded it;
    one whose approvals counted such a quote goes back as well. Harmless where it is marked already.
    """
    with trail.unit_of_work(at=at) as unit:
        _lock(session)
        session = sessions.mark_tainted(session=session, reason=reason, by=by, at=at)
        struck = _quotes(session, EvidenceStatus.VERIFIED)
        for row in struck:
            row.status = EvidenceStatus.STRUCK
        for change, own in _turned(struck, session, "change.evidence_struck", "struck", by, at, unit):
            if change.is_votable:
                _weaken(change, own, session, by, at, unit)
    return session


def clear(*, session: Session, reason: str, by: User, at: datetime) -> Session:
    """Lift the mark: quotes that still stand at their place count again, and approvals that counted without them are
    asked anew. What was withdrawn meanwhile stays so.
    """
    with trail.unit_of_work(at=at) as unit:
        _lock(session)
        session = sessions.clear_taint(session=session, reason=reason, by=by, at=at)
        back = _quotes(session, EvidenceStatus.STRUCK)
        book = evidence.Book(session.team, [_draft(row) for row in back])
        for row in back:
            row.status = book.verify(_draft(row), change=row.change, at=at).status
        for change, _own in _turned(back, session, "change.evidence_restored", "restored", by, at, unit):
            if change.is_votable:
                settling.settle(change=change, by=by.trail_actor, at=at, unit=unit)
    return session


def _lock(session: Session) -> None:
    """Team, then changes, then (by their own verb) sessions: dreams and answers, which quote, lock in this order."""
    Team.objects.select_for_update(no_key=True).get(pk=session.team_id)
    quoting = Evidence.objects.of(session.team).filter(session__in=sessions.versions_of(session))
    changes = Change.objects.of(session.team).filter(pk__in=quoting.order_by().values("change"))
    list(changes.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def _quotes(session: Session, status: EvidenceStatus) -> list[Evidence]:
    rows = Evidence.objects.of(session.team).filter(session__in=sessions.versions_of(session), status=status)
    return list(rows.select_related("change__team", "session").order_by("change", "pk"))


def _draft(row: Evidence) -> DraftQuote:
    return DraftQuote(row.session.public_id, row.position, row.start, row.end, row.quote, row.stance)


def _turned(
    rows: Sequence[Evidence], session: Session, event: str, name: str, by: User, at: datetime, unit: trail.Unit
) -> Iterable[tuple[Change, list[Evidence]]]:
    """Store the new status of the quotes; their changes, locked, each with its own quotes."""
    Evidence.objects.of(session.team).bulk_update(rows, ["status"], batch_size=500)
    by_change: dict[int, list[Evidence]] = defaultdict(list)
    for row in rows:
        by_change[row.change_id].append(row)
    for change in desk.locked(session.team, pk__in=list(by_change)).order_by("pk"):
        own = by_change[change.pk]
        data = {"session": session.public_id, name: len(own), "evidence": [row.public_id for row in own]}
        unit.record(event, target=change, by=by, data=data)
        if change.is_votable:
            examining.again([change], team=session.team, at=at, quotes_moved=True)
        yield change, own


def _weaken(
    change: Change, lost: Sequence[Evidence], session: Session, by: User, at: datetime, unit: trail.Unit
) -> None:
    if _lost_its_support(change, lost):
        reason = _("All that supports it was said in session %(name)s, which was marked bad.")
        _turn_back(change, reason % {"name": session.external_id}, by, at, unit)
        return
    seat = desk.read_one(change, team=change.team)
    if seat.tally.stale:
        reason = _("Session %(name)s, which is quoted here, was marked bad. Look at it again.")
        rebasing.turn_stale(seat, at, unit, reason=reason % {"name": session.external_id})


def _lost_its_support(change: Change, lost: Iterable[Evidence]) -> bool:
    if all(row.stance == Stance.AGAINST for row in lost):
        return False
    rows = Evidence.objects.of(change.team).filter(change=change, stance=Stance.FOR, status=EvidenceStatus.VERIFIED)
    return not rows.exists()


def _turn_back(change: Change, reason: str, by: User, at: datetime, unit: trail.Unit) -> None:
    """What a machine worded is withdrawn; over a person's words people decide."""
    seat: Seat = desk.read_one(change, team=change.team)
    if seat.head.contributors:
        rebasing.turn_stale(seat, at, unit, reason=reason)
    else:
        proposals.withdraw_change(change=change, by=by.trail_actor, reason=reason, at=at, unit=unit)
        proposals.close_if_done(proposal=change.proposal, by=by.trail_actor, at=at, unit=unit)
