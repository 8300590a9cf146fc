"""When people are away, and who is asked instead of them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from accounts import roles
from accounts.models import Membership, Team, User
from accounts.teams import TeamQuerySet
from audit import trail
from reviews.models import Absence


class Refused(ValueError):
    """An absence that cannot be set as given; the message is for the person."""


def at_time(moment: datetime, *, team: Team) -> dict[int, Absence]:
    """Who is away at this moment, by their key."""
    rows = Absence.objects.of(team).filter(ended_at=None, since__lte=moment, until__gt=moment)
    return {row.person_id: row for row in rows.select_related("person", "delegate").order_by("pk")}


def coming(person: User, *, team: Team, now: datetime) -> TeamQuerySet[Absence]:
    rows = Absence.objects.of(team).filter(person=person, ended_at=None, until__gt=now)
    return rows.select_related("delegate").order_by("since", "pk")


def stand_in(person: User, away: dict[int, Absence]) -> User | None:
    """Who is asked for this person: they themselves, or their delegate; never the delegate's delegate."""
    absence = away.get(person.pk)
    if absence is None:
        return person
    delegate = absence.delegate
    return None if delegate is None or delegate.pk in away else delegate


def delegates(person: User, *, team: Team) -> list[User]:
    """Who may stand in: whoever may decide as well."""
    rows = Membership.objects.of(team).active().with_people()
    return [row.user for row in rows if row.may(roles.DECIDE) and row.user_id != person.pk]


def set_(*, team: Team, since: datetime, until: datetime, delegate: User | None, by: User, at: datetime) -> Absence:
    """Say when one is away. Raises Refused where the time is none, or the delegate may not decide or is away too."""
    with trail.unit_of_work(at=at) as unit:
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)  # two people may name each other at once
        if until <= since or until <= at:
            raise Refused("An absence ends after it begins, and not in the past.")
        if delegate is not None and delegate not in delegates(by, team=team):
            raise Refused("Somebody who may decide has to stand in.")
        meanwhile = Absence.objects.of(team).filter(ended_at=None, since__lt=until, until__gt=since)
        if meanwhile.filter(person=by).exists():
            raise Refused("You are away at that time already.")
        if delegate is not None and meanwhile.filter(person=delegate).exists():
            raise Refused(f"{delegate} is away at that time as well.")
        row = Absence.objects.create(team=team, person=by, delegate=delegate, since=since, until=until, at=at)
        data = {
            "absence": row.public_id,
            "since": since.isoformat(),
            "until": until.isoformat(),
            "delegate": delegate.public_id if delegate else "",
        }
        unit.record("absence.set", target=team, by=by, data=data)
    return row


def end(*, row: Absence, by: User, at: datetime) -> None:
    """Be back, or not go at all."""
    with trail.unit_of_work(at=at) as unit:
        if Absence.objects.of(row.team).filter(Q(pk=row.pk, ended_at=None)).update(ended_at=at):
            unit.record("absence.ended", target=row.team, by=by, data={"absence": row.public_id})
