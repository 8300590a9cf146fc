"""What becomes of a broken glass: a second person confirms it, or the alarm is raised and its undoing proposed."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import confirming, roles
from accounts.enums import ConfirmationState, Role
from accounts.models import Confirmation, Team, User
from audit import trail
from audit.trail import SYSTEM
from reviews import proposals, reverting
from reviews.breaking_glass.breaking import KIND
from reviews.drift import finding
from reviews.enums import GlassState, NoticeKind
from reviews.models import BrokenGlass, Change, Proposal
from reviews.talking import noticing

TOLD = (Role.LEAD, Role.AUDITOR, Role.SECURITY)


class WroteIt(confirming.Denied):
    """Who wrote the text, or broke the glass, cannot be the second person."""

    code = "contributor"


def register() -> None:
    confirming.performs(
        KIND,
        label=gettext_lazy("A change applied in an emergency"),
        asks=roles.BREAK_GLASS,
        permission=roles.BREAK_GLASS,
        perform=confirm,
        place=place,
        fresh=True,
        unless=gettext_lazy("the change stays applied, and its undoing is proposed"),
    )


def place(confirmation: Confirmation) -> str:
    glass = _of(confirmation)
    return reverse("reviews:change", args=[confirmation.team.slug, glass.change.public_id])


def confirm(confirmation: Confirmation, *, by: User, at: datetime) -> None:
    """Close it, within the unit of the confirmation. Raises WroteIt."""
    glass = _of(confirmation)
    head = glass.change.head
    if by.pk == glass.by_id or (head is not None and by.public_id in head.contributors):
        raise WroteIt(confirmation, _("You broke this glass, or wrote the text: somebody else has to confirm it."))
    with trail.unit_of_work(at=at) as unit:
        _settle(glass, GlassState.CONFIRMED, at=at, by=by)
        unit.record("change.glass_confirmed", target=glass.change, by=by, data={"glass": glass.public_id})


def attend(*, now: datetime) -> int:
    """Raise the alarm for each glass that nobody confirms any more, in every team; returns how many."""
    waiting = ConfirmationState.WAITING
    over = BrokenGlass.objects.across_teams().filter(state=GlassState.OPEN).exclude(confirmation__state=waiting)
    due = list(over.order_by("pk").values_list("pk", flat=True))
    for pk in due:
        with trail.unit_of_work(at=now) as unit:
            rows = BrokenGlass.objects.across_teams().filter(state=GlassState.OPEN).select_for_update(of=("self",))
            glass = rows.select_related("team", "change__proposal__team", "confirmation", "by").filter(pk=pk).first()
            if glass is not None:
                _alarm(glass, at=now, unit=unit)
    return len(due)


def _alarm(glass: BrokenGlass, *, at: datetime, unit: trail.Unit) -> None:
    held = glass.confirmation
    assert held is not None  # noqa: S101  it is asked for in the unit that breaks the glass
    expired = held.state == ConfirmationState.EXPIRED
    glass.reverting = _take_back(glass, at=at)
    _settle(glass, GlassState.EXPIRED if expired else GlassState.REFUSED, at=at, by=held.decided_by)
    data = {"glass": glass.public_id, "state": glass.state}
    if glass.reverting:
        data["by_proposal"] = glass.reverting.public_id
    change = glass.change
    unit.record("change.glass_unconfirmed", target=change, by=SYSTEM, data=data, outcome="failure")
    people = finding.members(glass.team, TOLD)
    noticing.tell(people=people, kind=NoticeKind.GLASS_ALARM, proposal=change.proposal, change=change, at=at)


def _take_back(glass: BrokenGlass, *, at: datetime) -> Proposal | None:
    """The proposal that undoes the change: Lucid's, or the one that somebody opened meanwhile."""
    reason = _("It was applied in an emergency, and no second person confirmed that. Reject this to keep it.")
    change, team = glass.change, glass.team
    try:
        return reverting.open_revert_of(team=team, change_id=change.public_id, reason=reason, by=SYSTEM, at=at)
    except (reverting.NothingToRevert, proposals.AlreadyProposed):
        undoing = Change.objects.of(team).votable().filter(reverts=change).select_related("proposal").first()
        return undoing.proposal if undoing else None


def _settle(glass: BrokenGlass, state: GlassState, *, at: datetime, by: User | None) -> None:
    glass.state, glass.settled_at, glass.settled_by = state, at, by
    glass.save(update_fields=["state", "settled_at", "settled_by", "reverting"])


def _of(confirmation: Confirmation) -> BrokenGlass:
    rows = BrokenGlass.objects.of(confirmation.team).select_related("change__head", "by")
    return rows.get(public_id=confirmation.payload["glass"])


def raised(team: Team) -> list[BrokenGlass]:
    """What the banner of every page of the team tells of."""
    rows = BrokenGlass.objects.of(team).raised().order_by("pk")
    return list(rows.select_related("change", "by", "confirmation__team", "reverting__team"))
