"""For how long a team keeps what. Changing it takes two people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import confirming, roles
from accounts.models import Confirmation, Team, User
from audit import retention, trail
from compliance.enums import RetentionClass
from compliance.models import Retention

KIND = "retention"
VERSION = 1  # of the payload


class NothingChanged(ValueError):
    """These are the days already."""


def register() -> None:
    confirming.performs(
        KIND,
        label=gettext_lazy("How long things are kept"),
        asks=roles.ERASE,
        permission=roles.CONFIRM_ERASURE,
        perform=_perform,
        check=_check,
        place=_place,
        fresh=True,
    )


def of(team: Team) -> Retention:
    """What a team set, or the defaults, not stored."""
    return Retention.objects.of(team).first() or Retention(team=team)


def ask(*, team: Team, days: Mapping[str, int], by: User, at: datetime) -> Confirmation:
    """Ask a second person. `days` are by class, within the floors.

    Raises NothingChanged and what confirming.ask raises.
    """
    before = of(team).days
    changed = [one for one in RetentionClass if days[one] != before[one]]
    if not changed:
        raise NothingChanged(_("Nothing would change."))
    return confirming.ask(
        team=team,
        kind=KIND,
        target=team.public_id,
        title=_("Change how long things are kept"),
        diff=[confirming.line(one.label, _days(before[one]), _days(days[one])) for one in changed],
        payload={"version": VERSION, "before": before, "days": dict(days)},
        by=by,
        at=at,
    )


def waiting(team: Team) -> Confirmation | None:
    return Confirmation.objects.of(team).waiting().filter(kind=KIND).first()


def _days(count: int) -> str:
    return _("%(count)s days") % {"count": count}


def _check(confirmation: Confirmation) -> None:
    if of(confirmation.team).days != confirmation.payload["before"]:
        raise confirming.NoLongerHolds(_("How long things are kept was changed in between."))


def _perform(confirmation: Confirmation, /, *, by: User, at: datetime) -> None:
    days = {name: confirmation.payload["days"][name] for name in retention.DEFAULT_DAYS}
    row, _made = Retention.objects.of(confirmation.team).update_or_create(team=confirmation.team, defaults=days)
    with trail.unit_of_work(at=at) as unit:
        data = {**days, "confirmation": confirmation.public_id}
        unit.record("retention.changed", target=row, by=by, data=data)


def _place(confirmation: Confirmation) -> str:
    return reverse("compliance:retention", args=[confirmation.team.slug])
