"""Changing the policy by a person: checked, and held for a second person where that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import confirming, roles
from accounts.models import Confirmation, Team, User
from audit import trail
from reviews.automatic import offering
from reviews.models import Policy
from reviews.policy import backtest, checking, comparing, widening
from reviews.policy.checking import Fault
from reviews.policy.documents import VERSION, current, document_of, upgraded, whole
from reviews.policy.versions import Overtaken, set_

PAYLOAD = 1


@dataclass(frozen=True)
class Saved:
    """`policy` is the new version, `held` what waits for a second person (or was done at once in a team of one); both
    None where nothing differs.
    """

    policy: Policy | None = None
    held: Confirmation | None = None


def register() -> None:
    for kind, label in (
        (widening.POLICY, gettext_lazy("Who must approve what")),
        (widening.AUTOMATIC, gettext_lazy("What is applied without a vote")),
    ):
        confirming.performs(
            kind,
            label=label,
            asks=roles.MANAGE_POLICY,
            permission=roles.CONFIRM_POLICY,
            perform=_perform,
            check=_check,
            place=_place,
            fresh=True,
        )


def save(*, team: Team, document: Mapping[str, Any], by: User, at: datetime, after: int | None = None) -> Saved:
    """Make the document the next version, or ask a second person for it. `after` is the version that its author saw.

    Raises checking.Invalid, with each fault in its place, also where a namespace has not earned its mode, and
    versions.Overtaken.
    """
    with trail.unit_of_work(at=at):
        was, now = document_of(team), _earned(team, document)
        if now == was:
            return Saved()
        held = current(team)
        number = held.version if held else 0
        if after is not None and after != number:
            raise Overtaken(number)
        kind = widening.kind_of(was, now)
        if not kind:
            return Saved(policy=set_(team=team, document=now, by=by.trail_actor, at=at, after=number))
        return Saved(held=_ask(team, kind, was, now, number, by=by, at=at))


def checked(team: Team, document: Mapping[str, Any]) -> dict[str, Any]:
    """The document whole. Raises checking.Invalid."""
    found = checking.faults_in(team, upgraded(document))
    if found:
        raise checking.Invalid(found)
    return whole(document) | {"version": VERSION}


def unearned(team: Team, now: Mapping[str, Any]) -> list[Fault]:
    """The namespaces to which a whole document would give a wider mode than they have earned."""
    was = document_of(team)
    wider = [
        (f"namespaces.{space.public_id}" if space.public_id in now["namespaces"] else "mode", space, record)
        for space, record in offering.widened(team=team, before=was, after=now)
    ]
    wider += [
        (f"own_writes.namespaces.{space.public_id}", space, record)
        for space, record in offering.widened_for_own_writes(team=team, before=was, after=now)
    ]
    said = _("%(namespace)s has not earned it: %(missing)s")
    return [
        Fault(place, said % {"namespace": space.name, "missing": record.missing})
        for place, space, record in wider
        if not record.has_earned_it
    ]


def waiting(team: Team) -> list[Confirmation]:
    """What is asked for and not decided yet."""
    rows = Confirmation.objects.of(team).waiting().filter(kind__in=widening.KINDS, target_id=team.public_id)
    found = list(rows.with_people().order_by("pk"))
    for row in found:
        row.team = team
    return found


def _earned(team: Team, document: Mapping[str, Any]) -> dict[str, Any]:
    now = checked(team, document)
    found = unearned(team, now)
    if found:
        raise checking.Invalid(found)
    return now


def _ask(
    team: Team, kind: str, was: dict[str, Any], now: dict[str, Any], number: int, *, by: User, at: datetime
) -> Confirmation:
    lines = [
        confirming.line(one.label, "; ".join(map(str, one.before)), "; ".join(map(str, one.after)))
        for one in comparing.between(team, was, now)
    ]
    before, after = backtest.compared(team=team, documents=(was, now))
    if after.fared:
        lines.append(confirming.line(after.title, before.sentence, after.sentence))
    return confirming.ask(
        team=team,
        kind=kind,
        target=team.public_id,
        title=_("A new version of the policy"),
        diff=lines,
        payload={"version": PAYLOAD, "document": now, "after": number},
        by=by,
        at=at,
    )


def _perform(confirmation: Confirmation, /, *, by: User, at: datetime) -> None:
    payload = confirmation.payload
    set_(
        team=confirmation.team,
        document=payload["document"],
        by=by.trail_actor,
        at=at,
        after=payload["after"],
        confirmed=confirmation,
    )


def _check(confirmation: Confirmation) -> None:
    team, payload = confirmation.team, confirmation.payload
    held = current(team)
    if payload["after"] != (held.version if held else 0):
        raise confirming.NoLongerHolds(_("The policy was changed since this was asked for. Ask again."))
    try:
        _earned(team, payload["document"])
    except checking.Invalid as invalid:
        raise confirming.NoLongerHolds(str(invalid)) from invalid


def _place(confirmation: Confirmation) -> str:
    """While it waits, how the past would have fared under it; then the policy as it is."""
    team = confirmation.team.slug
    if confirmation.is_waiting:
        return reverse("reviews:policy_held", args=[team, confirmation.public_id])
    return reverse("reviews:policy", args=[team])
