"""What the search has to look at again, noted where it is written: in the same transaction, in one cheap row."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from accounts.models import Team
from agents.enums import SearchKind
from agents.models import SearchDue

AT_ONCE = 200


def note(*, team_id: uuid.UUID, kind: SearchKind, ids: Iterable[str]) -> None:
    """Say that these (public ids) were written."""
    SearchDue.objects.bulk_create(SearchDue(team_id=team_id, kind=kind, about=one) for one in ids)


def waiting(kind: SearchKind) -> list[SearchDue]:
    """The oldest that are due of a kind, of any team."""
    return list(SearchDue.objects.across_teams().filter(kind=kind).select_related("team").order_by("pk")[:AT_ONCE])


def take(team: Team, rows: Iterable[SearchDue]) -> list[str]:
    """Take these away and return what they are about, but for those that somebody else is indexing at this moment."""
    locked = SearchDue.objects.of(team).select_for_update(skip_locked=True).filter(pk__in=[row.pk for row in rows])
    found = dict(locked.order_by("pk").values_list("pk", "about"))
    SearchDue.objects.of(team).filter(pk__in=found).delete()
    return list(dict.fromkeys(found.values()))
