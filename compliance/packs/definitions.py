"""Exports that a team keeps under a name, and those that are made by themselves on the first of each month."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError

from accounts.models import Team, User
from accounts.teams import TeamQuerySet
from audit import trail
from compliance.enums import Format, Period
from compliance.models import Export, ExportDefinition
from compliance.packs import jobs, scopes
from compliance.packs.scopes import Scope

MOST = 50
_A_MONTH_ON = timedelta(days=32)  # from the first of a month, this lies in the next


class NameTaken(Exception):
    """The team keeps another export under this name."""


class TooManyKept(Exception):
    """The team keeps as many exports as one may."""


class NotMonthly(ValueError):
    """Only a pack of the month before is made by itself."""


def save(
    *,
    team: Team,
    name: str,
    format: str,
    period: str,
    scope: Scope,
    disclosure: str,
    monthly: bool,
    by: User,
    at: datetime,
) -> ExportDefinition:
    """Keep an export under a name. Raises NameTaken, TooManyKept, NotMonthly."""
    if monthly and (format, period) != (Format.PACK, Period.MONTH):
        raise NotMonthly(name)
    if period == Period.MONTH:
        scope = scope.without_times()
    try:
        with trail.unit_of_work(at=at) as unit:
            Team.objects.select_for_update(no_key=True).get(pk=team.pk)
            if kept(team).count() >= MOST:
                raise TooManyKept(name)
            row = ExportDefinition.objects.create(
                team=team,
                name=name,
                format=format,
                period=period,
                scope=scope.as_json(),
                disclosure=disclosure,
                next_at=next_first(at, team.time_zone) if monthly else None,
                made_by=by,
                made_at=at,
            )
            data = {
                "format": format,
                "period": period,
                "monthly": monthly,
                "scope": row.scope,
                "disclosure": disclosure,
            }
            unit.record("export.saved", target=row, by=by, data=data, private={"name": name})
    except IntegrityError:
        raise NameTaken(name) from None
    return row


def remove(*, definition: ExportDefinition, by: User, at: datetime) -> None:
    """Keep it no more. Packs made of it stay."""
    with trail.unit_of_work(at=at) as unit:
        row = ExportDefinition.objects.of(definition.team).select_for_update().get(pk=definition.pk)
        if row.removed_at is None:
            row.removed_at, row.next_at = at, None
            row.save(update_fields=["removed_at", "next_at"])
            unit.record("export.removed", target=row, by=by)


def switch(*, definition: ExportDefinition, monthly: bool, by: User, at: datetime) -> None:
    """Have it made on the first of each month, or no more. Raises NotMonthly."""
    with trail.unit_of_work(at=at) as unit:
        row = kept(definition.team).select_for_update(of=("self",)).get(pk=definition.pk)
        if monthly and (row.format, row.period) != (Format.PACK, Period.MONTH):
            raise NotMonthly(row.name)
        if monthly != (row.next_at is not None):
            row.next_at = next_first(at, row.team.time_zone) if monthly else None
            row.save(update_fields=["next_at"])
            unit.record("export.switched", target=row, by=by, data={"monthly": monthly})


def kept(team: Team) -> TeamQuerySet[ExportDefinition]:
    rows = ExportDefinition.objects.of(team).filter(removed_at=None).select_related("team", "made_by")
    return rows.order_by("name", "pk")


def scope_of(definition: ExportDefinition, *, at: datetime) -> Scope:
    """What it is about at a moment."""
    scope = Scope.of_json(definition.scope)
    return scope.of_month_before(at, definition.team.time_zone) if definition.period == Period.MONTH else scope


def next_first(at: datetime, zone: str) -> datetime:
    """When the next month begins where the team is."""
    return scopes.month_of(scopes.month_of(at, zone) + _A_MONTH_ON, zone)


def start_due(*, now: datetime) -> list[Export]:
    """Ask for the packs of each month that has ended, for each saved export that wants them.

    After a time in which nothing ran, every month that was missed is made, each once, however many ticks look.
    """
    due = ExportDefinition.objects.across_teams().filter(next_at__lte=now, removed_at=None).select_related("team")
    return [export for row in due.order_by("next_at", "pk") for export in _start(row, now)]


def _start(definition: ExportDefinition, now: datetime) -> list[Export]:
    begun: list[Export] = []
    while (first := definition.next_at) is not None and first <= now:
        zone = definition.team.time_zone
        following = next_first(first, zone)
        with trail.unit_of_work(at=now):
            same = ExportDefinition.objects.of(definition.team).filter(pk=definition.pk, next_at=first)
            if not same.update(next_at=following):
                return begun
            scope = Scope.of_json(definition.scope).of_month_before(first, zone)
            period = f"{scope.since:%Y-%m}"
            begun.append(jobs.ask_for_month(definition, scope=scope, period=period, at=now))
        definition.next_at = following
    return begun
