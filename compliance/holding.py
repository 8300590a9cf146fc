"""Legal holds: what must be kept whole. One person sets one, two lift it."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import confirming, roles
from accounts.models import Confirmation, Membership, Team, User
from agents.models import Agent, Namespace, Session
from audit import trail
from compliance.enums import ErasureKind, HoldScope
from compliance.models import Erasure, LegalHold

KIND = "lift_hold"
VERSION = 1  # of the payload

_ROWS = {
    HoldScope.PERSON: (Membership, "user__public_id"),
    HoldScope.AGENT: (Agent, "public_id"),
    HoldScope.NAMESPACE: (Namespace, "public_id"),
    HoldScope.SESSION: (Session, "public_id"),
}


class CannotHold(ValueError):
    """There is no such thing in this team, or it is held already."""


def register() -> None:
    confirming.performs(
        KIND,
        label=gettext_lazy("The end of a legal hold"),
        asks=roles.HOLD,
        permission=roles.CONFIRM_ERASURE,
        perform=_perform,
        check=_check,
        place=_place,
        fresh=True,
    )


def set_(*, team: Team, scope: HoldScope, target: str, reason: str, by: User, at: datetime) -> LegalHold:
    """Keep something from being erased, whatever else is asked. Raises CannotHold."""
    target = target.strip() if scope != HoldScope.ALL else ""
    with trail.unit_of_work(at=at) as unit:
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        if scope != HoldScope.ALL:
            model, name = _ROWS[scope]
            if not model.objects.of(team).filter(**{name: target}).exists():
                raise CannotHold(_("There is nothing with this id in this team."))
        if LegalHold.objects.of(team).standing().filter(scope=scope, target_id=target).exists():
            raise CannotHold(_("This is held already."))
        row = LegalHold.objects.create(team=team, scope=scope, target_id=target, reason=reason, by=by, at=at)
        unit.record("hold.set", target=row, by=by, data={"scope": scope, "about": target}, private={"reason": reason})
    return row


def ask_to_lift(*, hold: LegalHold, by: User, at: datetime) -> Confirmation:
    """Ask a second person to end a hold. Raises what confirming.ask raises."""
    about = f"{hold.get_scope_display()} {hold.target_id}".strip()
    return confirming.ask(
        team=hold.team,
        kind=KIND,
        target=hold.public_id,
        title=_("Lift a legal hold"),
        diff=[confirming.line(_("Legal hold"), about, _("lifted")), confirming.line(_("Reason"), hold.reason, "")],
        payload={"version": VERSION},
        by=by,
        at=at,
    )


def on_erasure(erasure: Erasure) -> list[LegalHold]:
    """The holds that stand in the way of an erasure, by what its preview found."""
    standing = LegalHold.objects.of(erasure.team).standing().order_by("pk")
    if "touched" not in erasure.found:  # looked at by a version before: whatever is held may be in the way
        return list(standing)
    touched = {scope: set(ids) for scope, ids in erasure.found["touched"].items()}
    touched[HoldScope.ALL] = {""}
    touched[HoldScope.PERSON] = {erasure.subject_id} if erasure.kind == ErasureKind.PERSON else set()
    return [hold for hold in standing if hold.target_id in touched.get(hold.scope, ())]


def held(team: Team) -> dict[str, set[str]]:
    """What stands held in a team: ids by scope."""
    found: dict[str, set[str]] = {scope: set() for scope in HoldScope}
    for scope, target in LegalHold.objects.of(team).standing().values_list("scope", "target_id"):
        found[scope].add(target)
    return found


def _check(confirmation: Confirmation) -> None:
    if _row(confirmation).lifted_at is not None:
        raise confirming.NoLongerHolds(_("This hold was lifted already."))


def _perform(confirmation: Confirmation, /, *, by: User, at: datetime) -> None:
    row = _row(confirmation)
    row.lifted_by, row.lifted_at = by, at
    row.save(update_fields=["lifted_by", "lifted_at"])
    with trail.unit_of_work(at=at) as unit:
        data = {"scope": row.scope, "about": row.target_id, "confirmation": confirmation.public_id}
        unit.record("hold.lifted", target=row, by=by, data=data)


def _place(confirmation: Confirmation) -> str:
    return reverse("compliance:holds", args=[confirmation.team.slug])


def _row(confirmation: Confirmation) -> LegalHold:
    row = LegalHold.objects.of(confirmation.team).get(public_id=confirmation.target_id)
    row.team = confirmation.team
    return row
