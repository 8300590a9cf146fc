"""What becomes of an act that waits: confirmed and performed, refused, withdrawn, expired."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from accounts.confirming import denying, kinds, people
from accounts.enums import ConfirmationState
from accounts.models import Confirmation, Team, User
from audit import trail
from audit.trail import Actor, HasActor, Unit

State = ConfirmationState


def confirm(*, team: Team, confirmation_id: str, by: User, at: datetime) -> Confirmation:
    """Agree as the second person; the act is performed in the same unit.

    Where what the diff says no longer holds, nothing is performed and the confirmation is failed, with the reason.
    Raises Confirmation.DoesNotExist, Settled, NotMember, NotAllowed, SamePerson; each but the first leaves an event.
    """
    with denying.told(by=by, at=at), trail.unit_of_work(at=at):
        members, row = _locked(team, confirmation_id, by=by, at=at)
        kind = kinds.of(row.kind)
        waived = row.asked_by_id == by.pk and people.waives(team, members, kind.permission, besides=by)
        if not waived:
            _be_second(row, kind, members, by)
        return perform(row, by=by, at=at, waived=waived)


def refuse(*, team: Team, confirmation_id: str, reason: str, by: User, at: datetime) -> Confirmation:
    """Say no as the second person. Raises what `confirm` raises."""
    with denying.told(by=by, at=at), trail.unit_of_work(at=at):
        members, row = _locked(team, confirmation_id, by=by, at=at)
        _be_second(row, kinds.of(row.kind), members, by)
        return _settle(row, State.REFUSED, by=by, at=at, reason=reason)


def withdraw(*, team: Team, confirmation_id: str, by: User, at: datetime) -> Confirmation:
    """Take back what one asked for oneself. Raises Confirmation.DoesNotExist, Settled, NotMember, NotAllowed."""
    with denying.told(by=by, at=at), trail.unit_of_work(at=at):
        _, row = _locked(team, confirmation_id, by=by, at=at)
        if row.asked_by_id != by.pk:
            raise denying.NotAsker(row)
        return _settle(row, State.WITHDRAWN, by=by, at=at)


def replace(asked: Confirmation, *, at: datetime) -> None:
    """Withdraw what waits for the same target, within the caller's unit."""
    own = Confirmation.objects.of(asked.team).waiting().filter(kind=asked.kind, target_id=asked.target_id)
    for earlier in own.select_for_update():
        earlier.team = asked.team
        reason = gettext("Something newer was asked for.")
        more = {"reason_code": "replaced", "replaced_by": asked.public_id}
        _settle(earlier, State.WITHDRAWN, by=asked.asked_by, at=at, reason=reason, more=more)


def expire_due(*, now: datetime) -> int:
    """End what waited for a week, in every team; returns how many."""
    due = Confirmation.objects.across_teams().waiting().filter(expires_at__lte=now).values_list("pk", flat=True)
    count = 0
    for pk in list(due):
        with trail.unit_of_work(at=now):
            rows = Confirmation.objects.across_teams().waiting().select_related("team").select_for_update(of=("self",))
            row = rows.filter(pk=pk).first()
            if row is not None:
                _settle(row, State.EXPIRED, by=trail.SYSTEM, at=now)
                count += 1
    return count


def perform(row: Confirmation, *, by: User, at: datetime, waived: bool = False) -> Confirmation:
    """Do it, within the caller's unit: both the act and its confirmation stand, or neither."""
    kind = kinds.of(row.kind)
    try:
        with trail.unit_of_work(at=at):
            _check(row, kind)
            _settle(row, State.CONFIRMED, by=by, at=at, waived=waived)
            kind.perform(row, by=by, at=at)
    except kinds.NoLongerHolds as gone:
        return _settle(row, State.FAILED, by=by, at=at, reason=str(gone))
    return row


def _check(row: Confirmation, kind: kinds.Kind) -> None:
    if not people.may(people.of(row.team), row.asked_by, kind.asks):
        raise kinds.NoLongerHolds(gettext("Who asked for this may not do so any more."))
    kind.check(row)


def _locked(team: Team, confirmation_id: str, *, by: User, at: datetime) -> tuple[people.Members, Confirmation]:
    """The row, looked at under its lock, while it waits and for those in the team."""
    members = people.lock(team)
    rows = Confirmation.objects.of(team).select_related("asked_by").select_for_update(of=("self",))
    row = rows.get(public_id=confirmation_id)
    row.team = team
    denying.keep_out(row, members, by)
    if row.is_waiting and row.expires_at <= at:
        row.state = State.EXPIRED  # the tick says so to the others
    if not row.is_waiting:
        raise denying.Settled(row)
    return members, row


def _be_second(row: Confirmation, kind: kinds.Kind, members: people.Members, by: User) -> None:
    if row.asked_by_id == by.pk:
        raise denying.SamePerson(row)
    if not people.may(members, by, kind.permission):
        raise denying.NotAllowed(row, kind.permission)


_EVENTS = {state: f"confirmation.{state.value}" for state in State}


def _settle(
    row: Confirmation,
    state: State,
    *,
    by: Actor | HasActor,
    at: datetime,
    reason: str = "",
    waived: bool = False,
    more: dict[str, Any] | None = None,
) -> Confirmation:
    row.state, row.decided_at, row.reason, row.waived = state, at, reason, waived
    row.decided_by = by if isinstance(by, User) else None
    row.save(update_fields=["state", "decided_at", "decided_by", "reason", "waived"])
    with trail.unit_of_work(at=at) as unit:
        _tell(unit, row, by, more or {})
    return row


def _tell(unit: Unit, row: Confirmation, by: Actor | HasActor, more: dict[str, Any]) -> None:
    unit.record(
        "confirmation.waived" if row.waived else _EVENTS[State(row.state)],
        target=row,
        by=by,
        data={"kind": row.kind, "about": row.target_id, **more},
        private={"reason": row.reason} if row.reason else None,
        outcome="failure" if row.state == State.FAILED else "success",
    )
