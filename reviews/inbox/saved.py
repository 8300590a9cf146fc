"""Filters of the inbox that people keep: for themselves, or for the team."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from accounts.models import Team, User
from accounts.teams import TeamQuerySet
from audit import trail
from reviews.inbox.querying import Query
from reviews.models import SavedFilter


def for_person(person: User, *, team: Team) -> TeamQuerySet[SavedFilter]:
    return SavedFilter.objects.of(team).filter(Q(person=person) | Q(person=None)).order_by("name", "pk")


def save(*, team: Team, name: str, query: Query, shared: bool, by: User, at: datetime) -> SavedFilter:
    """Keep a query under a name; the same name again takes the new query."""
    with trail.unit_of_work(at=at) as unit:
        row, _ = SavedFilter.objects.of(team).update_or_create(
            team=team,
            person=None if shared else by,
            name=name,
            defaults={"query": str(query), "at": at},
        )
        unit.record("filter.saved", target=team, by=by, data={"filter": row.public_id, "shared": shared})
    return row


def remove(*, row: SavedFilter, by: User, at: datetime) -> None:
    with trail.unit_of_work(at=at) as unit:
        data = {"filter": row.public_id, "shared": row.person_id is None}
        unit.record("filter.removed", target=row.team, by=by, data=data)
        row.delete()
